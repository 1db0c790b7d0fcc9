"""Rules that hold for notebooks without direct internet access only, whose traffic all goes through their subnet."""

from __future__ import annotations

from functools import wraps

from constructs_lib.assembly import NotApplicable, NotVisible
from constructs_lib.rules._rule import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs_lib.network import Network, Notebook, Vantage
    from constructs_lib.rules._rule import Findings


def if_closed(judge: Callable[[Notebook, Network, Vantage], Findings]) -> Callable[[Notebook, Network], Findings]:
    """Ask a rule about a notebook without direct internet access, at its place in the subnet.

    It does not apply where direct internet access is on, nor without a subnet (of which SMN-NB-01 speaks). Where the templates
    do not say whether access is on, the rule is asked all the same: a notebook that keeps it either way keeps it.
    """

    @wraps(judge)
    def closed(notebook: Notebook, network: Network) -> Findings:
        hidden: NotVisible | None = None
        try:
            if notebook.direct_internet_access:
                raise NotApplicable
        except NotVisible as reason:
            hidden = reason
        if notebook.subnet is None:
            raise NotApplicable
        if hidden is None:
            yield from judge(notebook, network, notebook.vantage)
            return
        for said in judge(notebook, network, notebook.closed_vantage):
            if isinstance(said, (str, Finding)):
                raise hidden
            yield said

    return closed
