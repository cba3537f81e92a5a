"""What people look at: pure functions from the tables to shapes that screens, pages and the API render.

Each takes a `View` (view.py): the tables as of one turn, the moment that is asked about, and the frame of the network.

    view        what every read model is given, and what several of them need
    shapes, shapes_pages  what they answer with: the contract with screens and the API
    tone        how a package, order, run or trip stands against its promise: one law, one place
    risk        the chance of being late, and what lateness is expected to cost
    doors       runs cut into doors; held: promises of a day, kept and missed; floor: cut-offs and the work before them
    network     what stands still
    overview    the strip of the control tower
    runs        runs of a day, one run with its doors
    positions   where everything that moves is now; trips: how trucks stand
    exceptions  the inbox, worst first; groups: what it is made of
    words       words that several share
"""
