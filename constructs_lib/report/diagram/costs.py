"""What the gateways and endpoints of the pictures cost a month for being there."""

from __future__ import annotations

from constructs_lib.report import cost
from constructs_lib.report.diagram.markup import element, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.report.diagram.picture import Picture


def costs(pictures: Sequence[Picture]) -> str:
    """Return the part of the page that adds them up, network by network."""
    rows = ""
    total, least = 0.0, False
    for picture in pictures:
        of = picture.cost
        dollars = cost.per_month(nat_gateways=of.nat_gateways, endpoint_zones=of.endpoint_zones)
        total += dollars
        plural = "" if of.endpoint_zones == 1 else "s"
        zones = (
            f"{of.interface_endpoints} with {of.endpoint_zones} interface{plural}" if of.interface_endpoints else "0"
        )
        least = least or of.least
        cells = (text(of.nat_gateways), text(zones), _dollars(dollars, least=of.least))
        rows += element("tr", element("th", text(picture.title), scope="row"), *(element("td", cell) for cell in cells))
    foot = element(
        "tr",
        element("th", "All", scope="row"),
        element("td", ""),
        element("td", ""),
        element("td", _dollars(total, least=least)),
    )
    names = ("Network", "NAT gateways", "Interface endpoints", "US dollars a month")
    head = element("tr", *(element("th", name, scope="col") for name in names))
    said = (
        f"Prices of {cost.REGION} on {cost.DATE}, {cost.HOURS_PER_MONTH} hours, for being there: without data transfer, "
        "and without what stands outside of the templates. An interface endpoint costs for each zone that it has an interface in; gateway endpoints cost nothing."
    )
    table = element("table", element("thead", head), element("tbody", rows), element("tfoot", foot), cls="costs")
    return element(
        "section",
        element("h2", "Monthly cost of gateways and endpoints"),
        element("p", text(said), cls="assumption"),
        element("div", table, cls="scroll"),
        id="cost",
    )


def _dollars(amount: float, *, least: bool) -> str:
    return f"{'at least ' if least else ''}{amount:,.2f}"
