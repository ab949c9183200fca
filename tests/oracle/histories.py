#!/usr/bin/env python3
"""Random histories of people who meditate, and the expected analytics of each.

Prints one JSON object per line. It shares nothing with the program: simple loops over the list of sessions, with Python's
zoneinfo and datetime. The test (oracle_test.cpp, in the same folder) runs the histories through the real store and projection and
compares the results with the lines in "expect".

    histories.py COUNT [SEED]
"""

import json
import random
import sys
import zoneinfo
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone

KINDS = ["breathing", "bodyScan", "lovingKindness", "mindfulness", "mantra", "sleep", "walking", "visualization", "other"]
SESSIONS = [1, 10, 50, 100, 250, 500, 1000]
HOURS = [1, 10, 50, 100, 500, 1000]
STREAKS = [3, 7, 14, 30, 60, 100, 365]
STREAK_SECONDS = 60

# Offsets of half and quarter hours, extreme offsets, skipped days, days that begin at 01:00.
ODD_ZONES = ["Pacific/Apia", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu", "Asia/Kolkata", "Pacific/Chatham",
             "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "America/Sao_Paulo", "America/Havana",
             "Asia/Tehran", "Asia/Beirut", "Europe/Berlin", "America/New_York", "Pacific/Fakaofo", "Antarctica/Troll",
             "Europe/Dublin", "Asia/Gaza", "America/Caracas", "Asia/Pyongyang", "UTC"]
# Entries that are not zone names of the tz database, or not for users.
NOT_ZONES = {"localtime", "posixrules", "Factory", "posix", "right"}
ALL_ZONES = sorted(name for name in zoneinfo.available_timezones() - NOT_ZONES
                   if not name.startswith(("posix/", "right/", "SystemV/")))

# Unusual days, with their zone.
ODD_DAYS = [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Fakaofo", date(2011, 12, 30)),
            ("Europe/Berlin", date(2026, 3, 29)), ("Europe/Berlin", date(2025, 10, 26)),
            ("America/New_York", date(2026, 3, 8)), ("America/New_York", date(2025, 11, 2)),
            ("Australia/Lord_Howe", date(2026, 4, 5)), ("America/Sao_Paulo", date(2018, 11, 4)),
            ("America/Havana", date(2025, 11, 2)), ("Asia/Beirut", date(2022, 3, 27)),
            ("America/Caracas", date(2016, 5, 1)), ("Asia/Pyongyang", date(2018, 5, 5)),
            ("Antarctica/Troll", date(2024, 10, 27)), ("Africa/Casablanca", date(2025, 3, 30))]

random_ = random.Random()
zones = {}
skips = {}


def zone_of(name):
    if name not in zones:
        zones[name] = zoneinfo.ZoneInfo(name)
    return zones[name]


def pick_zone():
    return random_.choice(ODD_ZONES if random_.random() < 0.6 else ALL_ZONES)


def milliseconds(at):
    return (at - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


# ---- random events

def pick_moment(day, zone):
    """An instant on or near the day, often near midnight, where dates change."""
    minute = random_.choice([random_.randint(0, 1439), random_.randint(-40, 40), random_.randint(-40, 420)])
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute, seconds=random_.randint(0, 59))
    if random_.random() < 0.2:
        wall = wall.replace(second=0)
    wall += timedelta(milliseconds=random_.choice([0, 0, 1, 999]))
    return wall.replace(tzinfo=zone_of(zone), fold=random_.randint(0, 1)).astimezone(timezone.utc)


def pick_duration():
    return random_.choice([59, 60, 61, random_.randint(1, 5400), random_.randint(1, 5400), random_.randint(300, 1800)])


def pick_mood():
    return random_.choice([None, None, 1, 2, 3, 4, 5])


def pick_size():
    chance = random_.random()
    if chance < 0.03:
        return 0
    if chance < 0.98:
        return random_.randint(1, 12)
    if chance < 0.999:
        return random_.randint(40, 130)
    return random_.randint(380, 480)


def make_phase(zone, day_start, first_day, size):
    """A period in one place: its imported sessions, and its live ones."""
    sessions = []
    daily = random_.random() < 0.6
    day = first_day
    for _ in range(size):
        own_zone = random_.choice([None, None, None, pick_zone()])
        start = pick_moment(day, own_zone or zone)
        duration = pick_duration()
        sessions.append({"kind": random_.choice(KINDS[:4] if size < 30 else KINDS), "start": start, "seconds": duration,
                         "zone": own_zone, "before": pick_mood(), "after": pick_mood(),
                         "end": start + timedelta(seconds=duration), "how": "import"})
        day += timedelta(days=1 if daily and random_.random() < 0.9 else random_.choice([0, 0, 1, 2, 9]))
    live = []
    for how in random_.choices([[], ["complete"], ["abandon"], ["complete", "complete"], ["complete", "active"]],
                               [8, 4, 1, 1, 1])[0]:
        start = pick_moment(day, zone)
        if live:
            start = max(start, live[-1]["end"])
        end = start + timedelta(milliseconds=random_.randint(0, 4_000_000))
        elapsed = (end - start) // timedelta(seconds=1)
        reported = random_.choice([None, random_.randint(0, elapsed)])
        live.append({"kind": random_.choice(KINDS), "start": start, "seconds": elapsed if reported is None else reported,
                     "reported": reported, "zone": None, "before": pick_mood(), "after": pick_mood(), "end": end, "how": how})
    for session in sessions + live:
        session["first_after"], session["first_how"] = session["after"], session["how"]
        wall = session["start"].astimezone(zone_of(session["zone"] or zone)).replace(tzinfo=None)
        session["date"] = (wall - timedelta(hours=day_start)).date()
        session["hour"] = wall.hour
    return {"zone": zone, "dayStart": day_start, "sessions": sessions, "live": live}, day


def pick_anchor():
    chance = random_.random()
    if chance < 0.4:
        return random_.choice(ODD_DAYS)
    if chance < 0.7:
        return pick_zone(), date(random_.randint(2003, 2026), 12, 31)
    return pick_zone(), date(2003, 1, 1) + timedelta(days=random_.randint(0, 8600))


def make_history():
    zone, anchor = pick_anchor()
    day = anchor - timedelta(days=random_.randint(0, 12))
    phases = []
    for _ in range(random_.choice([1, 1, 2, 3])):
        phase, day = make_phase(zone, random_.choice([0, 0, 0, 1, 2, 3, 4, 5, 6]), day, pick_size())
        phases.append(phase)
        zone = pick_zone()
        # Only one session can be active at a time, so an active one stays active to the end.
        if phase["live"] and phase["live"][-1]["how"] == "active":
            break
    changes = []
    for phase in phases:
        reported = phase["sessions"] + [session for session in phase["live"] if session["how"] == "complete"]
        for session in reported:
            if random_.random() < 0.05:
                session["after"] = random_.choice([None, 1, 5])
                changes.append((session, "mood"))
            if random_.random() < 0.03:
                session["how"] = "deleted"
                changes.append((session, "delete"))
    now = max([session["end"] for phase in phases for session in phase["sessions"] + phase["live"]],
              default=datetime(anchor.year, anchor.month, anchor.day, tzinfo=timezone.utc))
    now += timedelta(minutes=random_.choice([0, 5, random_.randint(0, 5000), random_.randint(0, 90000)]))
    return phases, changes, anchor, now


# ---- expected analytics

def average(values):
    return "-" if not values else f"{sum(values) / len(values):.6f}"


def bucket_line(name, label, sessions):
    by_kind = defaultdict(int)
    for session in sessions:
        by_kind[session["kind"]] += session["seconds"]
    kinds = ",".join(f"{kind}={seconds}" for kind, seconds in sorted(by_kind.items()))
    return (f"{name} {label} {len(sessions)} {sum(s['seconds'] for s in sessions)} "
            f"{average([s['before'] for s in sessions if s['before'] is not None])} "
            f"{average([s['after'] for s in sessions if s['after'] is not None])} {kinds}")


def series_lines(name, label_of, completed, first, last):
    inside = [session for session in completed if first <= session["date"] <= last]
    buckets = defaultdict(list)
    for session in inside:
        buckets[label_of(session["date"])].append(session)
    labels = []
    day = first
    while day <= last:
        if not labels or labels[-1] != label_of(day):
            labels.append(label_of(day))
        day += timedelta(days=1)
    lines = [bucket_line(name, label, buckets[label]) for label in labels if buckets[label]]
    return [f"{name} {len(labels)} from {labels[0]} to {labels[-1]}", *lines, bucket_line(name, "totals", inside)]


def week_label(day):
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def is_skipped(zone, day):
    """Whether the date did not exist in the zone: all its times, converted to instants and back, fall on other dates."""
    key = (zone, day)
    if key not in skips:
        noon = datetime(day.year, day.month, day.day, 12)
        skips[key] = all(
            (noon + timedelta(hours=hours)).replace(tzinfo=zone_of(zone), fold=fold).astimezone(timezone.utc)
            .astimezone(zone_of(zone)).date() != day for hours in (-11.9, 0, 11.9) for fold in (0, 1))
    return skips[key]


def run_around(days, day, zone):
    """The length of the run of consecutive days around this one, ignoring dates that the zone skipped."""
    length = 1
    for step in (-1, 1):
        other = day + timedelta(days=step)
        while other in days or is_skipped(zone, other):
            length += other in days
            other += timedelta(days=step)
    return length


def milestone_lines(completed, zone):
    """In chronological order: the milestones reached at the end of each session."""
    lines = []
    count = seconds = longest = 0
    days = set()
    for session in sorted(completed, key=lambda s: s["end"]):
        reached = [("sessions", value) for value in SESSIONS if value == count + 1]
        before, after = seconds // 3600, (seconds + session["seconds"]) // 3600
        reached += [("hours", value) for value in HOURS if before < value <= after]
        count += 1
        seconds += session["seconds"]
        if session["seconds"] >= STREAK_SECONDS and session["date"] not in days:
            days.add(session["date"])
            length = run_around(days, session["date"], zone)
            reached += [("streakDays", value) for value in STREAKS if longest < value <= length]
            longest = max(longest, length)
        lines += [f"milestone {kind} {value} {milliseconds(session['end'])}" for kind, value in reached]
    return lines


def streaks(completed, today, zone):
    days = {session["date"] for session in completed if session["seconds"] >= STREAK_SECONDS}
    if not days:
        return 0, 0
    last = max(days)
    longest = max(run_around(days, day, zone) for day in days)
    day_after = last + timedelta(days=1)
    while is_skipped(zone, day_after):
        day_after += timedelta(days=1)
    return (run_around(days, last, zone) if today <= day_after else 0), longest


def lifetime_lines(completed, today, zone):
    current, longest = streaks(completed, today, zone)
    last = max((session["end"] for session in completed), default=None)
    return [f"lifetime {len(completed)} {sum(s['seconds'] for s in completed)} {milliseconds(last) if last else '-'} "
            f"{current} {longest}", *milestone_lines(completed, zone)]


def effort(completed, first, last):
    inside = [session for session in completed if first <= session["date"] <= last]
    return f"{len(inside)}/{sum(s['seconds'] for s in inside)}"


def summary_line(completed, today, zone, goal):
    seconds_of = defaultdict(int)
    for session in completed:
        seconds_of[session["date"]] += session["seconds"]
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    month_before = (month - timedelta(days=1)).replace(day=1)
    month_after = (month + timedelta(days=31)).replace(day=1)
    one = timedelta(days=1)
    best = "-"
    if seconds_of:
        best_day = min(day for day in seconds_of if seconds_of[day] == max(seconds_of.values()))
        best = f"{best_day}/{seconds_of[best_day]}"
    of_kind, of_hour = defaultdict(lambda: [0, 0]), defaultdict(int)
    for session in completed:
        of_kind[session["kind"]][0] += 1
        of_kind[session["kind"]][1] += session["seconds"]
        of_hour[session["hour"]] += 1
    kind = min(of_kind, key=lambda k: (-of_kind[k][0], -of_kind[k][1], k), default="-")
    hour = min(of_hour, key=lambda h: (-of_hour[h], h), default="-")
    current, longest = streaks(completed, today, zone)
    return (f"summary {seconds_of[today]} {goal} {int(seconds_of[today] >= goal)} "
            f"{effort(completed, monday, monday + timedelta(days=6))} {effort(completed, monday - timedelta(days=7), monday - one)} "
            f"{effort(completed, month, month_after - one)} {effort(completed, month_before, month - one)} "
            f"{current} {longest} {best} {kind} {hour}")


def heatmap_lines(completed, year, goal):
    seconds_of = defaultdict(int)
    for session in completed:
        if session["date"].year == year:
            seconds_of[session["date"]] += session["seconds"]
    days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    lines = [f"heatmap {year} {days}"]
    for day, seconds in sorted(seconds_of.items()):
        level = 0 if seconds == 0 else 1 if seconds * 2 < goal else 2 if seconds < goal else 3 if seconds < 2 * goal else 4
        if seconds:
            lines.append(f"heat {day} {seconds} {level}")
    return lines


# ---- output

def session_entry(session):
    return [session["kind"], milliseconds(session["start"]), session["seconds"], session["zone"], session["before"],
            session["first_after"]]


def live_entry(session):
    return [session["kind"], milliseconds(session["start"]), milliseconds(session["end"]), session["first_how"],
            session["reported"], session["before"], session["first_after"]]


def write_history():
    phases, changes, anchor, now = make_history()
    everything = [session for phase in phases for session in phase["sessions"] + phase["live"]]
    place = {id(session): index for index, session in enumerate(everything)}
    home = phases[-1]
    wall = now.astimezone(zone_of(home["zone"])).replace(tzinfo=None)
    today = (wall - timedelta(hours=home["dayStart"])).date()
    goal = random_.choice([60, 600, 1200, 3600])
    completed = [session for session in everything if session["how"] in ("import", "complete")]
    daily_from = anchor - timedelta(days=random_.randint(0, 30))
    daily_to = daily_from + timedelta(days=random_.choice([0, 6, 30, 60, 365]))
    long_from = anchor - timedelta(days=random_.randint(0, 30))
    long_to = long_from + timedelta(days=random_.choice([0, 6, 40, 400, 1099]))
    ask = {"daily": [str(daily_from), str(daily_to)], "rollup": [str(long_from), str(long_to)], "year": anchor.year}
    expect = (series_lines("daily", str, completed, daily_from, daily_to)
              + series_lines("weekly", week_label, completed, long_from, long_to)
              + series_lines("monthly", lambda day: str(day)[:7], completed, long_from, long_to)
              + lifetime_lines(completed, today, home["zone"]) + [summary_line(completed, today, home["zone"], goal)]
              + heatmap_lines(completed, anchor.year, goal))
    reported = [{"zone": phase["zone"], "dayStart": phase["dayStart"], "sessions": [session_entry(s) for s in phase["sessions"]],
             "live": [live_entry(s) for s in phase["live"]]} for phase in phases]
    print(json.dumps({"phases": reported, "goal": goal, "now": milliseconds(now), "ask": ask, "expect": sorted(expect),
                      "changes": [[place[id(s)], what, s["after"]] for s, what in changes]}, separators=(",", ":")))


def main():
    random_.seed(sys.argv[2] if len(sys.argv) > 2 else "2026-11-23")
    for _ in range(int(sys.argv[1])):
        write_history()


if __name__ == "__main__":
    main()
