"""Conditions and parameters, judged branch by branch.

Where resolution meets something that whoever deploys decides, it asks the current *world* a :class:`Question` ("is parameter Mode 'a'?").
:func:`explore` runs a function once for every combination of answers that it really asked for, depth first. The code in between is unaware.
What is asked are facts about parameters rather than conditions, so conditions that exclude each other are never true together.
"""

from __future__ import annotations

from constructs_lib.assembly.errors import NotApplicable, NotVisible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from typing import Any, TypeVar

    from constructs_lib.assembly.conditions import Condition
    from constructs_lib.assembly.group import Group

    T = TypeVar("T")

#: More combinations than this are not judged: the result is unverified, and names what to decide.
MOST_WORLDS = 256


class Subject:
    """What questions are about: a parameter, or another value that is only known at deployment.

    ``allowed`` are all values that it can take, where the template says so. ``why`` is added to the assumption ("its default").
    """

    __slots__ = ("allowed", "key", "title", "why")

    def __init__(self, key: Hashable, title: str, allowed: tuple[str, ...] | None = None, why: str = "") -> None:
        """Name the subject; subjects with equal keys share their answers."""
        self.key = key
        self.title = title
        self.allowed = allowed
        self.why = why


class Question:
    """Which of its allowed values a subject has or, with ``literal``, whether it is that one."""

    __slots__ = ("literal", "subject")

    def __init__(self, subject: Subject, literal: str | None = None) -> None:
        """Ask about ``subject``."""
        self.subject = subject
        self.literal = literal


class World:
    """One combination of answers, built up as questions are asked."""

    __slots__ = ("asking", "excluded", "log", "options", "script", "step", "values")

    def __init__(self, script: Sequence[int] = ()) -> None:
        """Replay the choices of ``script``, then take the first option of each new question."""
        self.script = script
        self.step = 0
        self.options: list[int] = []
        self.values: dict[Hashable, str] = {}
        self.excluded: dict[Hashable, set[str]] = {}
        self.log: list[tuple[Question, str | bool, Condition | None]] = []
        self.asking: Condition | None = None

    def ask(self, question: Question, via: Condition | None = None) -> str | bool:
        """Answer ``question``: from what is known already where possible, else by a choice."""
        literal = question.literal
        answer: str | bool
        answer = self._value(question.subject) if literal is None else self._is(question.subject, literal)
        self.log.append((question, answer, self.asking or via))
        return answer

    def _value(self, subject: Subject) -> str:
        value = self.values.get(subject.key)
        if value is None:
            remaining = self._remaining(subject)
            value = remaining[0] if len(remaining) == 1 else remaining[self._choose(len(remaining), subject)]
            self.values[subject.key] = value
        return value

    def _is(self, subject: Subject, literal: str) -> bool:
        value = self.values.get(subject.key)
        if value is not None:
            return value == literal
        if literal in self.excluded.get(subject.key, ()):
            return False
        if subject.allowed is not None:
            remaining = self._remaining(subject)
            if literal not in remaining:
                return False
            if len(remaining) == 1:
                return True
        if self._choose(2, subject) == 0:
            self.values[subject.key] = literal
            return True
        self.excluded.setdefault(subject.key, set()).add(literal)
        return False

    def _remaining(self, subject: Subject) -> list[str]:
        excluded = self.excluded.get(subject.key, ())
        return [value for value in subject.allowed or () if value not in excluded]

    def _choose(self, count: int, subject: Subject) -> int:  # noqa: ARG002 - the world outside of explore names it
        step = self.step
        self.step += 1
        self.options.append(count)
        return self.script[step] if step < len(self.script) else 0


class Undecided(NotVisible):
    """A question was asked outside of :func:`explore`, where nothing branches."""


class _Outside(World):
    """The world outside of :func:`explore`: it knows what is certain and remembers nothing."""

    __slots__ = ()

    def ask(self, question: Question, via: Condition | None = None) -> str | bool:
        subject, literal = question.subject, question.literal
        self.log.append((question, False, via))
        if subject.allowed is not None and len(subject.allowed) == 1:
            return subject.allowed[0] if literal is None else subject.allowed[0] == literal
        if subject.allowed is not None and literal is not None and literal not in subject.allowed:
            return False
        raise Undecided(subject.title)


OUTSIDE = _Outside()
_current: World = OUTSIDE


def current() -> World:
    """Return the world in which values are being resolved just now."""
    return _current


class Branch:
    """What a function gave in one world: ``value``, or ``error``; ``assumptions`` say in words which world that was."""

    __slots__ = ("_asked", "error", "value", "world")

    def __init__(self, world: World, value: Any, error: NotVisible | NotApplicable | None) -> None:
        """Keep the outcome with the world that it holds in."""
        self.world = world
        self._asked = len(world.log)
        self.value = value
        self.error = error

    @property
    def log(self) -> list[tuple[Question, str | bool, Condition | None]]:
        """The questions that were asked, with their answers and the conditions that asked them."""
        return self.world.log[: self._asked]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The conditions and parameters that decided, in the order in which they were asked for: ``"UseNat is true"``."""
        if not self._asked:
            return ()
        texts: dict[str, None] = {}
        with _inside(self.world):
            for question, answer, via in self.log:
                if via is not None:
                    texts[via.assumption()] = None
                if via is None or question.subject.why:
                    texts[_assumption(question, answer)] = None
        return tuple(texts)


def _assumption(question: Question, answer: str | bool) -> str:
    subject = question.subject
    if question.literal is None:
        return f"{subject.title} is '{answer}'{subject.why}"
    return f"{subject.title} is {'' if answer else 'not '}'{question.literal}'{subject.why}"


def believe(title: str, value: str) -> None:
    """Note in the current world that a declared fact was believed, so that it is told with the other assumptions."""
    _current.ask(Question(Subject(("believed", title), title, (value,))))


class _inside:  # noqa: N801 - reads as a statement
    """Make a world the current one for the length of a ``with`` block."""

    __slots__ = ("before", "world")

    def __init__(self, world: World) -> None:
        self.world = world

    def __enter__(self) -> None:
        # Resolution is single-threaded; passing the world through every fact would be the alternative.
        global _current
        self.before, _current = _current, self.world

    def __exit__(self, *exc: object) -> None:
        global _current  # noqa: PLW0603
        _current = self.before


def outside(fn: Callable[..., T], *arguments: Any) -> T:
    """Call ``fn`` where nothing branches, even while a world is explored; :class:`Undecided` where it asks anything."""
    with _inside(OUTSIDE):
        asked = len(OUTSIDE.log)
        value = fn(*arguments)
        if len(OUTSIDE.log) > asked:
            raise Undecided(OUTSIDE.log[-1][0].subject.title)
        return value


class _Divided:
    """The type of :data:`DIVIDED`."""

    __slots__ = ()


#: The answer of :func:`undivided` where different worlds may give different ones.
DIVIDED = _Divided()
_spare: World | None = None


def undivided(fn: Callable[..., Any], *arguments: Any) -> Any:
    """Call ``fn`` and return its value if it is the same in every world and rests on no belief, else :data:`DIVIDED`.

    Then :func:`explore` tells the answers apart. Most questions do not branch; for these this is the shorter way.
    """
    global _current, _spare  # noqa: PLW0603
    world, _spare = _spare or World(), None
    before, _current = _current, world
    try:
        value = fn(*arguments)
    except (NotVisible, NotApplicable):
        value = DIVIDED
    finally:
        _current = before
    if world.log:
        return DIVIDED
    # A world that was asked nothing is as good as new.
    _spare = world
    return value


def explore(group: Group, fn: Callable[[], Any], *, limit: int = MOST_WORLDS) -> list[Branch]:
    """Run ``fn`` in every world of ``group`` that it depends on, and return one branch for each.

    Where nothing branches there is one branch without assumptions. Beyond ``limit`` worlds there is one branch whose error is a
    :class:`NotVisible` that names what to decide. Other exceptions than :class:`NotVisible` and :class:`NotApplicable` are raised.
    """
    branches: list[Branch] = []
    script: list[int] | None = []
    while script is not None:
        if len(branches) == limit:
            return [_too_many(group, branches, limit)]
        branch = _run(World(script), fn)
        branches.append(branch)
        script = _next_script(branch.world) if branch.world.options else None
    return branches


def _run(world: World, fn: Callable[[], Any]) -> Branch:
    # What `_inside` does, written out: this is the innermost loop of a check.
    global _current  # noqa: PLW0603
    before, _current = _current, world
    try:
        return Branch(world, fn(), None)
    except (NotVisible, NotApplicable) as error:
        return Branch(world, None, error)
    finally:
        _current = before


def _next_script(world: World) -> list[int] | None:
    """Return the choices of the next world, depth first, or None after the last."""
    taken = [world.script[step] if step < len(world.script) else 0 for step in range(len(world.options))]
    while taken and taken[-1] + 1 == world.options[len(taken) - 1]:
        taken.pop()
    if not taken:
        return None
    taken[-1] += 1
    return taken


def _too_many(group: Group, branches: list[Branch], limit: int) -> Branch:
    titles = {question.subject.title: None for branch in branches for question, _, _ in branch.log}
    error = NotVisible(
        f"more than {limit} combinations of {', '.join(sorted(titles))} in {group.name}",
        "decide some of them with --parameter NAME=VALUE",
    )
    return Branch(World(), None, error)
