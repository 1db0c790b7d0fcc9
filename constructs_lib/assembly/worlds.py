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
    from typing import Any, Generic, TypeVar

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
        self.log.append((question, answer, via or self.asking))
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


_OUTSIDE = _Outside()
_current: World = _OUTSIDE


def current() -> World:
    """Return the world in which values are being resolved just now."""
    return _current


class Branch:
    """What a function gave in one world: ``value``, or ``error``; ``assumptions`` say in words which world that was."""

    __slots__ = ("_log", "_world", "error", "value")

    def __init__(self, world: World, value: Any, error: NotVisible | NotApplicable | None) -> None:
        """Keep the outcome with the world that it holds in."""
        self._world = world
        self._log = tuple(world.log)
        self.value = value
        self.error = error

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The conditions and parameters that decided, in the order in which they were asked for: ``"UseNat is true"``."""
        texts: dict[str, None] = {}
        with _inside(self._world):
            for question, answer, via in self._log:
                texts[_assumption(question, answer) if via is None else via.assumption()] = None
        return tuple(texts)


def _assumption(question: Question, answer: str | bool) -> str:
    subject = question.subject
    if question.literal is None:
        return f"{subject.title} is '{answer}'{subject.why}"
    return f"{subject.title} is {'' if answer else 'not '}'{question.literal}'{subject.why}"


class _inside:  # noqa: N801 - reads as a statement
    """Make a world the current one for the length of a ``with`` block."""

    __slots__ = ("before", "world")

    def __init__(self, world: World) -> None:
        self.world = world

    def __enter__(self) -> None:
        global _current  # noqa: PLW0603 - resolution is single-threaded; passing the world through every fact would be the alternative
        self.before, _current = _current, self.world

    def __exit__(self, *exc: object) -> None:
        global _current  # noqa: PLW0603
        _current = self.before


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
        world = World(script)
        branches.append(_run(world, fn))
        script = _next_script(world)
    return branches


def _run(world: World, fn: Callable[[], Any]) -> Branch:
    with _inside(world):
        try:
            return Branch(world, fn(), None)
        except (NotVisible, NotApplicable) as error:
            return Branch(world, None, error)


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
    titles = {question.subject.title: None for branch in branches for question, _, _ in branch._log}  # noqa: SLF001
    error = NotVisible(
        f"more than {limit} combinations of {', '.join(sorted(titles))} in {group.name}",
        "decide some of them with --parameter NAME=VALUE",
    )
    return Branch(World(), None, error)


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
    world, node = _current, tree
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
    if world is not _OUTSIDE or not consulted:
        memory[key] = _grown(tree, consulted, leaf)
    return leaf.give()


def _grown(tree: Any, consulted: Sequence[tuple[Question, str | bool, Condition | None]], leaf: _Leaf) -> Any:
    """Return ``tree`` with the path of the answers ``consulted`` that ends in ``leaf``."""
    seen: set[tuple[Hashable, str | None]] = set()
    steps = []
    for question, answer, via in consulted:
        mark = (question.subject.key, question.literal)
        if mark not in seen:
            seen.add(mark)
            steps.append((question, answer, via))
    if not steps:
        return leaf
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
    from typing import Concatenate, ParamSpec, overload

    P = ParamSpec("P")
    S = TypeVar("S")

    class fact(Generic[S, T]):  # noqa: N801
        """See below: what the type checker is to see."""

        def __init__(self, function: Callable[[S], T]) -> None: ...
        @overload
        def __get__(self, instance: None, owner: type) -> fact[S, T]: ...
        @overload
        def __get__(self, instance: S, owner: type) -> T: ...

    class fact_of(Generic[S, P, T]):  # noqa: N801
        """See below: what the type checker is to see."""

        def __init__(self, function: Callable[Concatenate[S, P], T]) -> None: ...
        @overload
        def __get__(self, instance: None, owner: type) -> fact_of[S, P, T]: ...
        @overload
        def __get__(self, instance: S, owner: type) -> Callable[P, T]: ...

else:

    class fact:
        """A property that is computed once, and once per branch where conditions or parameters decide it.

        What was asked on the way is remembered as a decision tree, so a world that agrees takes the value from there;
        :class:`NotVisible` and :class:`NotApplicable` are remembered too. Where nothing was asked, reading it again is a plain attribute access.
        The object needs a ``__dict__``.
        """

        def __init__(self, function):
            self.function = function
            self.name = function.__name__
            self.key = "fact " + self.name
            self.__doc__ = function.__doc__

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            memory = instance.__dict__
            function = self.function
            value = _recall(memory, self.key, self.name, lambda: function(instance))
            if memory[self.key].__class__ is _Leaf:
                # Nothing was asked: from now on Python finds the value in the instance, without coming here.
                memory[self.name] = value
            return value

    class fact_of:
        """Like :class:`fact`, for a method: the arguments must be positional and hashable."""

        def __init__(self, function):
            self.function = function
            self.name = function.__name__
            self.__doc__ = function.__doc__

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            memory, function, name = instance.__dict__, self.function, self.name

            def call(*arguments):
                return _recall(memory, (name, *arguments), name, lambda: function(instance, *arguments))

            return call
