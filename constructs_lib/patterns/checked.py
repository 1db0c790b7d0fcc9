"""Arguments of a wrong type are refused where they are given, by the annotations of the signature: the name, the value and what is allowed.

Python does not look, and the CDK does so deep inside, or never: of ``user_profiles="ana"`` it would make three users. Interfaces of the CDK are
known by their members, because what implements them need not be derived from them.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from types import NoneType, SimpleNamespace, UnionType
from typing import Any, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from typing_extensions import Unpack, is_typeddict

_P = ParamSpec("_P")
_R = TypeVar("_R")
_WORDS = {
    "Service": "a service of constructs_lib.services",
    "Size": "a cdk.Size, such as cdk.Size.gibibytes(20)",
    "Duration": "a cdk.Duration, such as cdk.Duration.hours(2)",
    "bool": "True or False",
    "int": "a whole number",
    "str": "text",
}
_PLACE = ("scope", "construct_id")
_MODULES = {"aws_cdk": "cdk", "constructs": "constructs"}
_SPOKEN_WITH_A_VOWEL = ("a", "e", "i", "o", "s3", "sns", "RStudio")


def checked(*own: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Refuse arguments that are not of the annotated type, before the function runs.

    Args:
        own: arguments that the function checks itself, with better words.
    """

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        @functools.wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            _check(function, args, kwargs, own)
            return function(*args, **kwargs)

        return call

    return decorate


def _check(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], own: Sequence[str]) -> None:
    types, open_ended = _types_of(function)
    try:
        given = inspect.signature(function).bind(*args, **kwargs).arguments
    except TypeError:
        return  # Python says what is wrong with the call
    for name, value in ({**given, **given.get(open_ended, {})} if open_ended else given).items():
        if name in types and name not in own:
            _refuse(name, value, types[name])
        elif open_ended and name in kwargs and name not in types:
            near = get_close_matches(name, types, n=1)
            hint = (
                f", did you mean {near[0]!r}?"
                if near
                else f"; there are {', '.join(each for each in types if each not in _PLACE)}"
            )
            raise TypeError(f"unexpected keyword argument {name!r}{hint}")


@functools.cache
def _types_of(function: Callable[..., Any]) -> tuple[dict[str, Any], str | None]:
    """The types of the arguments, those of a dictionary of options among them; and the name of that dictionary."""
    types: dict[str, Any] = {}
    open_ended = None
    parameters = inspect.signature(function).parameters
    for name, annotation in function.__annotations__.items():
        if name == "return":
            continue
        try:
            holder = SimpleNamespace(__annotations__={name: annotation})
            kind = get_type_hints(holder, globalns=function.__globals__)[name]
        except NameError:
            kind = object  # imported for the type checker alone
        if get_origin(kind) is Unpack and is_typeddict(options := get_args(kind)[0]):
            types.update(get_type_hints(options))
            open_ended = name
        else:
            several = parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
            types[name] = Sequence[kind] if several else kind  # type: ignore[valid-type]
    return types, open_ended


def _refuse(name: str, value: Any, kind: Any) -> None:
    """Raise where the value, or something in it, is not of the kind."""
    if _is(value, kind):
        return
    for choice in _choices(kind):
        origin, inner = get_origin(choice), get_args(choice)
        if origin is Sequence and _is_list(value):
            wrong = next(place for place, each in enumerate(value) if not _is(each, inner[0]))
            raise TypeError(f"{name}[{wrong}] is {value[wrong]!r}: give {_words(inner[0])}")
        if origin is Mapping and isinstance(value, Mapping):
            for key, each in value.items():
                if not _is(key, inner[0]):
                    raise TypeError(f"{name} has the key {key!r}: give {_words(inner[0])}")
                _refuse(f"{name}[{key!r}]", each, inner[1])
    hint = " (give its vpc)" if hasattr(type(value), "vpc") or "vpc" in getattr(value, "__dict__", {}) else ""
    hint = hint if "IVpc" in _words(kind) else ""
    raise TypeError(f"{name} is {value!r}: give {_words(kind)}{hint}")


def _is(value: Any, kind: Any) -> bool:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return any(_is(value, choice) for choice in get_args(kind))
    if origin is Sequence:
        return _is_list(value) and all(_is(each, get_args(kind)[0]) for each in value)
    if origin is Mapping:
        keys, values = get_args(kind)
        return isinstance(value, Mapping) and all(_is(k, keys) and _is(v, values) for k, v in value.items())
    if not isinstance(kind, type):
        return True
    if getattr(kind, "_is_protocol", False):
        return all(_has(value, member) for member in vars(kind) if not member.startswith("_"))
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _has(value: Any, member: str) -> bool:
    """Whether it has the member, without asking for its value, which may be an error for what is brought in."""
    own = getattr(value, "__dict__", {})
    # What jsii knows by its interfaces alone is a proxy of several.
    return (
        hasattr(type(value), member) or member in own or any(_has(each, member) for each in own.get("_delegates", ()))
    )


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _words(kind: Any) -> str:
    """A type as people write it: ``an ec2.IVpc``, ``a list, even of one``."""
    said = [_word(choice) for choice in _choices(kind) if choice is not NoneType]
    return " or ".join(dict.fromkeys(said))


def _word(kind: Any) -> str:
    origin = get_origin(kind)
    if origin is Sequence:
        return "a list, even of one"
    if origin is Mapping:
        return "a dictionary"
    if kind.__name__ in _WORDS:
        return _WORDS[kind.__name__]
    if issubclass(kind, Enum):
        return f"a value of {_name(kind)}"
    name = _name(kind)
    return f"{'an' if name.startswith(_SPOKEN_WITH_A_VOWEL) or name[0] in 'AEIO' else 'a'} {name}"


def _name(kind: type) -> str:
    package = kind.__module__.rpartition(".")[2]
    alias = _MODULES.get(kind.__module__, package.removeprefix("aws_") if package.startswith("aws_") else "")
    return f"{alias}.{kind.__name__}" if alias else kind.__name__
