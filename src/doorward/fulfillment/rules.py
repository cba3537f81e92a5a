"""Settings of the fulfillment room, section `[fulfillment]` of a network file."""

from __future__ import annotations

import msgspec


class FulfillmentRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the shop floors work."""

    # what is released, and when
    backlog_s: int = 7_200  # work kept between boxing and packing, in seconds of the floor's rates
    horizon_s: int = (
        86_400  # work that must leave later than this from now waits, so that it can be sourced anew
    )
    urgent_s: int = 21_600  # work that must leave within this is never held back
    door_s: int = (
        43_200  # from arrival at the delivery station to the promised end, for estimating the cut-off
    )
    partner_s: int = 172_800  # the same from the building's door when a partner carrier delivers

    # cartons
    tries: int = 3  # packing orders tried in each box (1..9)
    pieces: int = 240  # most pieces that one packing attempt looks at
    wall_mm: int = 4  # thickness of a board wall
    litre_mc: int = 2_000  # what a litre of box costs on its way, thousandths of a cent: right-sizing

    # waves and picking
    wave_s: int = 3_600  # cut-offs within the same stretch of this length go in one wave
    wave_packages: int = 60  # a smaller wave is joined with the next cut-off's
    cart_packages: int = 24  # packages that one cart collects
    cart_ml: int = 400_000  # volume that one cart holds
    batch_packages: int = 72  # most packages that are batched together (savings are quadratic)
    batch_moves: int = 12  # local search moves per package of a batch pool
    walk_mms: int = 1_100  # walking speed, mm/s
    setup_s: int = 60  # taking a cart, parking it
    handle_pm: int = 500  # share of the floor's time per unit that is not walking, per mille
    allowance_pm: int = (
        80  # a picker's next walk starts this share of a walk's time after its planned end, per mille:
    )
    # personal needs, fatigue and delay; twin.floor.most_pm, the most that a walk takes longer, is no more than this
    aisle_mm: int = 3_600  # from aisle to aisle
    bay_mm: int = 1_400  # from bay to bay
    pod_mm: int = 450  # longest side that fits a robot's pod
    pod_g: int = 12_000  # heaviest piece for a pod

    # trouble
    most_tries: int = 3  # a line that came back from the floor this often is cancelled
    scale_g: int = 40  # the scale may differ from the plan by this, and ...
    scale_pm: int = 30  # ... by this share of the plan, per mille

    # pallets
    pallet_ml: int = 1_500_000  # usable volume of a pallet or cage
    pallet_g: int = 600_000  # what it carries

    # labels
    sscc_extension: int = 3  # first digit of the SSCC-18
    sscc_prefix: str = "0614141"  # GS1 company prefix; this one is GS1's own example
