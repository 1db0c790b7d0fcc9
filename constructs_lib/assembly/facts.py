"""Facts: properties and methods that are computed once, and once per branch where conditions or parameters decide them."""

from __future__ import annotations

from constructs_lib.assembly.errors import NotApplicable, NotVisible
from constructs_lib.assembly.worlds import OUTSIDE, current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

    from constructs_lib.assembly.conditions import Condition
    from constructs_lib.assembly.worlds import Question

    P = ParamSpec("P")
    S = TypeVar("S")
    T = TypeVar("T")


class _Node:
    """A step of a memoised fact: the question that was asked next, and what follows each answer."""

    __slots__ = ("answers", "question", "via")

    def __init__(self, question: Question, via: Condition | None) -> None:
        self.question = question
        self.via = via
        self.answers: dict[str | bool, Any] = {}


class _Leaf:
    __slots__ = ("error", "value")

    def __init__(self, value: Any, error: NotVisible | NotApplicable | None) -> None:
        self.value = value
        self.error = error

    def give(self) -> Any:
        if self.error is not None:
            raise self.error.with_traceback(None)
        return self.value


class _Running:
    """Stands where a fact is being computed, so that a fact that needs itself is noticed."""

    __slots__ = ()


_RUNNING = _Running()


def _recall(memory: dict[Any, Any], key: Any, name: str, compute: Callable[[], Any]) -> Any:
    """Return the fact ``key`` from ``memory``, a decision tree over the questions asked, or compute and remember it."""
    tree = memory.get(key)
    if tree.__class__ is _Leaf:
        return tree.give()
    if tree is _RUNNING:
        raise NotVisible(f"{name}, which depends on itself")
    world, node = current(), tree
    while node.__class__ is _Node:
        node = node.answers.get(world.ask(node.question, node.via))
    if node is not None:
        return node.give()
    start = len(world.log)
    memory[key] = _RUNNING
    try:
        leaf = _Leaf(compute(), None)
    except (NotVisible, NotApplicable) as error:
        leaf = _Leaf(None, error)
    finally:
        memory[key] = tree
    consulted = world.log[start:]
    if world is not OUTSIDE or not consulted:
        memory[key] = _grown(tree, consulted, leaf)
    return leaf.give()


def _grown(tree: Any, consulted: Sequence[tuple[Question, str | bool, Condition | None]], leaf: _Leaf) -> Any:
    """Return ``tree`` with the path of the answers ``consulted`` that ends in ``leaf``."""
    if not consulted:
        return leaf
    seen: set[tuple[Hashable, str | None]] = set()
    steps = []
    for question, answer, via in consulted:
        mark = (question.subject.key, question.literal)
        if mark not in seen:
            seen.add(mark)
            steps.append((question, answer, via))
    root = tree if tree.__class__ is _Node else _Node(steps[0][0], steps[0][2])
    node = root
    for index, (_, answer, _) in enumerate(steps):
        if index + 1 == len(steps):
            node.answers[answer] = leaf
        else:
            following = node.answers.get(answer)
            if following is None:
                following = node.answers[answer] = _Node(steps[index + 1][0], steps[index + 1][2])
            node = following
    return root


if TYPE_CHECKING:

    class fact(Generic[S, T]):  # noqa: N801
        """See below: what the type checker is to see."""

        def __init__(self, function: Callable[[S], T]) -> None: ...
        def __get__(self, instance: S, owner: type) -> T: ...

    class fact_of(Generic[S, P, T]):  # noqa: N801
        """See below: what the type checker is to see."""

        def __init__(self, function: Callable[Concatenate[S, P], T]) -> None: ...
        def __get__(self, instance: S, owner: type) -> Callable[P, T]: ...

else:

    class fact:  # noqa: N801 - a decorator, which reads as a word
        """A property that is computed once, and once per branch where conditions or parameters decide it.

        What was asked on the way is remembered as a decision tree, so a world that agrees takes the value from there;
        :class:`NotVisible` and :class:`NotApplicable` are remembered too. Where nothing was asked, reading it again is a plain attribute access.
        The object needs a ``__dict__``.
        """

        def __init__(self, function: Callable[..., Any]) -> None:
            self.function = function
            self.name = function.__name__
            self.key = "fact " + self.name
            self.__doc__ = function.__doc__

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            memory = instance.__dict__
            function = self.function
            value = _recall(memory, self.key, self.name, lambda: function(instance))
            if memory[self.key].__class__ is _Leaf:
                # Nothing was asked: from now on Python finds the value in the instance, without coming here.
                memory[self.name] = value
            return value

    class fact_of:  # noqa: N801
        """Like :class:`fact`, for a method: the arguments must be positional and hashable."""

        def __init__(self, function: Callable[..., Any]) -> None:
            self.function = function
            self.name = function.__name__
            self.__doc__ = function.__doc__

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            memory, function, name = instance.__dict__, self.function, self.name

            def call(*arguments: Hashable) -> Any:
                return _recall(memory, (name, *arguments), name, lambda: function(instance, *arguments))

            return call
