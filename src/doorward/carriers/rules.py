"""Settings of the carriers room: section `[carriers]` of a network file."""

from __future__ import annotations

import msgspec


class CarriersRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every figure that the choice of a way rests on and that no table holds.

    Tuples by own way stand in the order own van, contractor, gig driver, locker, drone, robot.
    """

    # time inside the buildings
    floor_s: int = 4_500  # from the choice to staged at the dock, median; 2,665 and 4,286 were measured
    floor_spread_s: int = 3_200  # standard deviation of that: 97 in 100 within `PromiseRules.process_s`
    lastmile_s: int = 14_400  # what stands at its station leaves this long before the end of its window
    door_spread_s: int = 5_400  # standard deviation of the time at the door around its route's average
    evening_spread_s: int = 3_000  # likewise in the evening, whose routes are short
    missed_day_s: int = 86_400  # what is late although its trailer was in time is late by this

    # the station's day and changing trucks: filled from section [promise], which is where a network sets them
    induct_s: int = 2_700
    plan_s: tuple[int, ...] = (30_600, 48_600)
    wave_s: tuple[int, ...] = (34_200, 50_400)
    route_s: tuple[int, ...] = (17_100, 10_800)
    evening_plan_s: int = -1
    evening_s: int = -1
    evening_route_s: int = 5_400
    delivery_days: int = 127
    crossdock_s: int = 3_600

    # what the vans of a station bring in a day (core/vanday.py): likewise from section [promise]
    stop_s: int = 100  # parking, walking, handing over at one doorstep, as the last mile plans it
    break_after_s: int = 16_200
    door_packages_pm: int = 1_150  # packages per stop, per mille
    package_ml: int = 12_000  # mean package in a vehicle, air included
    outage_guess_s: int = 7_200  # a standstill whose end nobody knows lasts so much longer

    # risk, per mille, by own way
    late_pm: tuple[int, int, int, int, int, int] = (
        12,
        16,
        30,
        10,
        25,
        30,
    )  # late although the trailer was in time
    fail_pm: tuple[int, int, int, int, int, int] = (45, 45, 50, 8, 25, 70)  # failed attempts at the door
    late_c: tuple[int, int, int] = (900, 1_200, 1_800)  # a broken promise: standard, next-day, same-day
    late_day_c: int = 150  # and for every expected day of lateness
    carbon_c_t: int = 10_000  # price of a tonne of CO2e

    # vans at the margin
    locker_s: int = 90  # parking at a locker, shared by its packages
    cell_s: int = 20  # putting one package into a cell
    locker_share: int = 6  # packages that share a visit to a locker
    handling_c: int = 28  # sorting and loading one package at a station
    bhh_pm: int = 712  # constant of Beardwood, Halton and Hammersley (1959), per mille
    speed_mms: int = 7_800  # metres of road per thousand seconds between stops, where nothing was learned yet
    road_pm: int = 1_560  # metres of road per metre as the crow flies, per mille, between stops
    van_stops: int = 140  # stops that share one way out to the zone and back
    learn_stops: int = 60  # how many observed stops weigh as much as what was believed before
    hour_c: int = 2_600  # crew hour where a station has no vehicle of that way to read it from
    km_mc: int = 35  # thousandths of a cent per metre, likewise
    co2_ug_m: int = 240_000  # micrograms of CO2e per metre, likewise

    # capacity of own ways
    horizon_days: int = 14  # days ahead for which capacity is opened
    load_pm: int = (
        950  # share of a van's day that is planned with: the rest is for routes that turn out longer
    )
    expect_pm: int = 700  # packages expected in a day before anything is known, of the van capacity
    late_wave_pm: int = (
        15  # of them those that come for a later wave than the first (metro, seed 1: 4 to 67 of 5,400)
    )

    # gig drivers
    block_c: int = 9_600  # pay of a block where none is posted
    block_packages: int = 52  # packages in a block, four hours at the pace of `FlexRules.packages_h`
    claim_pm: int = 450  # share of a station's drivers that can be had on one day

    # limits of own ways (grams, millimetres)
    van_g: int = 31_500
    van_mm: int = 1_800
    car_g: int = 18_000
    car_mm: int = 1_000
    locker_g: int = 20_000
    cell_mm: tuple[int, int, int] = (600, 400, 350)  # the cell, longest side first
    locker_m: int = 1_500  # a customer walks at most this far
    drone_g: int = 2_270
    drone_mm: int = 420
    drone_m: int = 12_000  # radius around the station
    robot_g: int = 10_000
    robot_mm: int = 400
    robot_m: int = 2_800

    # drones and robots
    drone_mms: int = 24_000  # cruise, mm per second
    drone_s: int = 420  # climb, hand-over, battery change
    robot_mms: int = 1_500
    robot_s: int = 600  # waiting for the customer
    robot_packages_pm: int = 1_300  # packages on an errand, per mille
    craft_wait_s: int = 2_700  # from ready at the station to the door by drone or robot, median
    craft_spread_s: int = 2_700  # standard deviation of that
    drone_hours: tuple[int, int] = (
        8,
        18,
    )  # hours of the local day in which drones take off, daylight assumed
    robot_hours: tuple[int, int] = (8, 21)  # hours in which errands begin
    flyable_pm: int = 650  # share of a drone's shift with weather to fly
    robot_use_pm: int = 600  # share of a robot's shift on the road
    drone_wh_km: int = 30  # where the vehicle table has none
    grid_ug_wh: int = 380_000  # CO2e of a watt hour

    # linehaul at the margin
    fill_pm: int = 700  # volume fill of trailers
    truck_ug_m: int = 900_000  # CO2e of a diesel trailer per metre
    etruck_ug_m: int = 350_000

    # CO2e of partners, by Way POST, REGIONAL, EXPRESS, COURIER: at the door, and per kg and km of the way there.
    # Factors of footprint/factors.py (UK government GHG conversion factors 2025, DESNZ/DEFRA, Open Government Licence
    # v3.0), well to wheel: van_diesel 345.84 mg/m, truck_tkm 96.23 and van_tkm 778.86 mg per kg and km; flights,
    # short-haul freight, with radiative forcing: 1,278.35 + 205.15 = 1,483.5 mg per kg and km.
    # ASSUMED, measured nowhere: metres of van per parcel (550, 700, 800; a courier's own 1,750), and that a third of
    # express kilometres are flown, the rest trucked; couriers drive vans.
    partner_mg: tuple[int, int, int, int] = (190_212, 242_088, 276_672, 605_220)
    partner_mg_kg_km: tuple[int, int, int, int] = (96, 96, 559, 779)

    # the choice
    rounds: int = 120  # steps of the capacity prices
    smooth_packages: int = 20  # packages after which a new price counts as much as the old one
    turn_packages: int = 20_000  # packages chosen in one turn at most
    days_on: int = 3  # days that a package without room may be moved on

    # partners
    track_s: int = 3_600  # each package is asked about this often
