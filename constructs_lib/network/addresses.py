"""Ranges of IP addresses as plain integers: quick to load, and able to say what a union of ranges covers."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BITS = {4: 32, 6: 128}


class Range:
    """The addresses from `first` to `last` (both included) of one IP version.

    Most are written as a CIDR block; what is left of a block after others were cut out of it is a range too.
    """

    __slots__ = ("first", "last", "version")

    def __init__(self, version: int, first: int, last: int) -> None:
        self.version = version
        self.first = first
        self.last = last

    @classmethod
    def parse(cls, text: str) -> Range:
        """Read `10.0.0.0/16`, `2001:db8::/32` or a lone address; host bits are ignored, as EC2 ignores them.

        Raises:
            ValueError: It is neither.
        """
        address, slash, length = text.strip().partition("/")
        version = 6 if ":" in address else 4
        bits = _BITS[version]
        if slash and not length.isdecimal():
            raise ValueError(f"'{text}' is not a CIDR block")
        prefix = int(length) if slash else bits
        if prefix > bits:
            raise ValueError(f"'{text}' is not a CIDR block: the prefix is longer than {bits} bits")
        number = _parse6(address) if version == 6 else _parse4(address)
        hosts = (1 << (bits - prefix)) - 1
        return cls(version, number & ~hosts, number | hosts)

    @property
    def size(self) -> int:
        """How many addresses."""
        return self.last - self.first + 1

    @property
    def prefix(self) -> int | None:
        """The prefix length, or None where the range is not one CIDR block."""
        size = self.size
        if size & (size - 1) or self.first % size:
            return None
        return _BITS[self.version] - size.bit_length() + 1

    def covers(self, other: Range) -> bool:
        """Does every address of `other` lie in this range?"""
        return self.version == other.version and self.first <= other.first and other.last <= self.last

    def overlaps(self, other: Range) -> bool:
        """Have both an address in common?"""
        return self.version == other.version and self.first <= other.last and other.first <= self.last

    def common(self, other: Range) -> Range | None:
        """The addresses that both have, or None."""
        if not self.overlaps(other):
            return None
        return Range(self.version, max(self.first, other.first), min(self.last, other.last))

    def without(self, other: Range) -> list[Range]:
        """What is left of this range when `other` is cut out: up to two ranges."""
        if not self.overlaps(other):
            return [self]
        left = []
        if self.first < other.first:
            left.append(Range(self.version, self.first, other.first - 1))
        if other.last < self.last:
            left.append(Range(self.version, other.last + 1, self.last))
        return left

    @property
    def private(self) -> bool:
        """Does it lie wholly in ranges that the internet does not carry (RFC 1918, shared, link-local, loopback, unique local)?"""
        return not subtract([self], PRIVATE)

    @property
    def public(self) -> bool:
        """Does no address of it lie in a private range?"""
        return not any(self.overlaps(private) for private in PRIVATE)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Range)
            and self.version == other.version
            and self.first == other.first
            and self.last == other.last
        )

    def __hash__(self) -> int:
        return hash((self.version, self.first, self.last))

    def __str__(self) -> str:
        prefix = self.prefix
        if prefix is None:
            return f"{_text(self.version, self.first)}-{_text(self.version, self.last)}"
        return f"{_text(self.version, self.first)}/{prefix}"

    __repr__ = __str__


def _parse4(text: str) -> int:
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isdecimal() and len(part) <= 3 and int(part) < 256 for part in parts):
        raise ValueError(f"'{text}' is not an IP address")
    return int(parts[0]) << 24 | int(parts[1]) << 16 | int(parts[2]) << 8 | int(parts[3])


def _parse6(text: str) -> int:
    import ipaddress  # rare, and slow to load

    try:
        return int(ipaddress.IPv6Address(text))
    except ValueError:
        raise ValueError(f"'{text}' is not an IP address") from None


def _text(version: int, number: int) -> str:
    if version == 4:
        return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    import ipaddress

    return str(ipaddress.IPv6Address(number))


def subtract(ranges: Iterable[Range], taken: Iterable[Range]) -> list[Range]:
    """What is left of `ranges` when all of `taken` is cut out."""
    left = list(ranges)
    for cut in taken:
        left = [piece for one in left for piece in one.without(cut)]
        if not left:
            break
    return left


def covered(ranges: Iterable[Range], by: Iterable[Range]) -> bool:
    """Does the union of `by` cover every address of `ranges`?"""
    return not subtract(ranges, by)


def touches(ranges: Iterable[Range], others: Sequence[Range]) -> bool:
    """Has any of `ranges` an address in common with any of `others`?"""
    return any(one.overlaps(other) for one in ranges for other in others)


def _blocks(*texts: str) -> tuple[Range, ...]:
    return tuple(Range.parse(text) for text in texts)


EVERYTHING4 = Range(4, 0, (1 << 32) - 1)
EVERYTHING6 = Range(6, 0, (1 << 128) - 1)
#: `0.0.0.0/1` and `128.0.0.0/1`, which together are as good as `0.0.0.0/0`.
HALVES4 = (Range(4, 0, (1 << 31) - 1), Range(4, 1 << 31, (1 << 32) - 1))

_PRIVATE4 = _blocks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8")
#: fc00::/7 and fe80::/10, written as numbers so that nothing slow is loaded for them.
_PRIVATE6 = (Range(6, 0xFC << 120, (0xFE << 120) - 1), Range(6, 0xFE80 << 112, (0xFEC0 << 112) - 1))
PRIVATE = _PRIVATE4 + _PRIVATE6

#: What "the internet" means in a question: the public unicast addresses of IPv4 and of IPv6 (2000::/3).
PUBLIC4 = tuple(subtract([EVERYTHING4], (*_PRIVATE4, *_blocks("0.0.0.0/8", "224.0.0.0/3"))))
PUBLIC6 = (Range(6, 0x2 << 124, (0x4 << 124) - 1),)
