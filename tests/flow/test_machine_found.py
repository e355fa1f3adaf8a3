"""What the state machine over the service found in the program, each as a small test."""

from __future__ import annotations

from datetime import timedelta

from house import House
from paperdigest.rounds import AppRounds
from paperdigest.service import Service
from slack_server import FakeSlack
from smtp_server import HostileSmtp

_OPERATOR = 'operator = ["file:ops"]\n'
_MAIL = """
[email]
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "none"
from = "Papers <papers@example.org>"
"""
_SLACK = """
[slack]
token = {{ file = "secrets/token" }}
api_url = "{api_url}"
"""
_READER = """
deliver = "{target}"
schedule = "hourly"

[[topic]]
name = "Maps"
keywords = ["{keyword}"]
"""


def by_mail(house: House, server: HostileSmtp) -> None:
    config = (house.folder / "paperdigest.toml").read_text()
    house.write("paperdigest.toml", _OPERATOR + config + _MAIL.format(port=server.port))
    house.write(
        "subscriptions/ada.toml", _READER.format(target="ada@example.org", keyword="paper map")
    )
    house.drop("monday.jsonl", "Folding paper maps again")


def test_a_config_that_changed_leaves_no_connection_behind(house: House) -> None:
    """Each edit left one open, until the mail server had enough of it."""
    with HostileSmtp() as server:
        by_mail(house, server)
        service = Service(AppRounds(house.app), lambda: house.now)
        service.tick()
        assert server.messages
        house.wait(minutes=1)
        other = _READER.format(target="ada@example.org", keyword="sock")
        (house.folder / "subscriptions/ada.toml").write_text(other)

        service.tick()

        assert server.heard[-1] == b"QUIT\r\n"
        house.close()


def by_slack(house: House, slack: FakeSlack) -> None:
    config = (house.folder / "paperdigest.toml").read_text()
    house.write("secrets/token", "xoxb-1").chmod(0o600)
    house.write("paperdigest.toml", _OPERATOR + config + _SLACK.format(api_url=slack.api_url))
    house.write("subscriptions/ada.toml", _READER.format(target="slack:#papers", keyword="map"))


def test_a_clock_set_back_keeps_a_slack_channel_waiting_for_a_moment_only(house: House) -> None:
    """What went out in the future counted as sent just now, at every look, until that future had come."""
    with FakeSlack() as slack:
        by_slack(house, slack)
        house.drop("monday.jsonl", "Folding paper maps again")
        house.ingest()
        house.compose()
        house.wait(days=3)
        house.deliver()
        house.drop("tuesday.jsonl", "Reading paper maps aloud")
        house.ingest()
        house.compose()
        house.wait(days=-3)

        house.deliver()

    assert len(slack.posted) == 2
    assert sum(house.pauses, timedelta()) < timedelta(seconds=5)


def test_what_was_put_off_before_the_clock_was_set_back_is_not_put_off_for_days(
    house: House,
) -> None:
    """It waited until the time had come again at which the clock was wrong."""
    with HostileSmtp({"greeting": ["421 busy"]}) as server:
        by_mail(house, server)
        house.ingest()
        house.wait(days=3)
        house.compose()
        house.deliver()
        house.wait(days=-3, minutes=1)

        house.deliver()

        assert len(server.messages) == 1
        house.close()


def test_a_schedule_does_not_go_back_to_a_slot_before_its_last(house: House) -> None:
    """An alert under a clock that was set back took the schedule back with it, and its slots came a second time."""
    for schedule, days, slots in (("hourly", 0, 1), ("at once", -3, 2), ("daily 08:00", 1, 2)):
        house.wait(days=days)
        reader = _READER.format(target="file:outbox", keyword="paper map")
        house.write("subscriptions/ada.toml", reader.replace("hourly", schedule))
        house.drop(f"{schedule[:2]}.jsonl", f"Folding the paper map of {schedule}")

        house.run()

        assert len([titles for titles in house.titles() if titles]) == slots
