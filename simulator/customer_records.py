"""What becomes known of customers outside their orders, and how it is sent: registrations, consents, communities,
measurements, tickets and claims, points, offers, surveys."""

from __future__ import annotations

import polars as pl

from simulator.communities import Communities
from simulator.config import ChainConfig
from simulator.consents import Consents
from simulator.documents import OrderBook
from simulator.gatherings import Gatherings
from simulator.geography import Geography
from simulator.loyalty import Loyalty
from simulator.measurements import Measurements
from simulator.memberships import member_records
from simulator.offers import Offers
from simulator.people import People, persons_table
from simulator.posting import NightPost
from simulator.registrations import SecondRegistrations
from simulator.service_desk import ServiceDesk
from simulator.store_phones import store_phone_table
from simulator.surveys import Surveys
from simulator.truth import Truth


class CustomerRecords:
    """Everything that keeps records of customers."""

    def __init__(self, config: ChainConfig, geo: Geography, people: People) -> None:
        self.config, self.geo, self.people = config, geo, people
        self.communities = Communities(config, geo, people)
        self.gatherings = Gatherings(config, self.communities)
        self.offers = Offers(config, people)
        self._measurements = Measurements(config, geo, people)
        self._registered_twice = SecondRegistrations(config, geo, people)
        self._consents = Consents(config, people)
        self._desk = ServiceDesk(config, people)
        self._loyalty = Loyalty(config, people)
        self._surveys = Surveys(config, people)

    def tell_who_they_are(self, truth: Truth) -> None:
        """Truth about the persons themselves, which holds for all days."""
        truth.write("health_states", self._measurements.states())
        truth.write("persons", pl.concat([persons_table(self.people), self._registered_twice.identifiers()]))
        truth.write("second_registrations", self._registered_twice.table())
        truth.write("store_phones", store_phone_table(self.geo))

    def hear_of(self, day: int, block: int, book: OrderBook) -> None:
        """Take note of the orders of a day in one block of stores."""
        self._desk.hear_of(day, block, book)
        self._loyalty.hear_of(day, block, book)
        self._surveys.hear_of(day, block, book)

    def send(self, day: int, post: NightPost, write: bool) -> None:
        """Deliver the records of the day; ``write``: whether the day is to be written."""
        members, member_texts = member_records(self.config, self.geo, self.people, day)
        events, event_texts = self.communities.activity(day)
        post.deliver_plain(day, "members", "member_id", members, member_texts, write)
        again, again_texts = self._registered_twice.member_records(day)
        # A file of its own: what is wrong with the members of the day must not depend on these.
        post.deliver_plain(day, "members", "member_id", again, again_texts, write, block=1)
        decided, decided_texts = self._registered_twice.decisions(day)
        post.deliver_plain(day, "identity_decisions", "decision_id", decided, decided_texts, write)
        post.deliver_plain(day, "community_activity", "event_id", events, event_texts, write)
        taken, taken_texts = self._measurements.taken_on(day)
        post.deliver_plain(day, "health_measurements", "measurement_id", taken, taken_texts, write)
        consents, consent_texts = self._consents.records(day)
        post.deliver_plain(day, "consents", "consent_id", consents, consent_texts, write)
        sign_ins, sign_in_texts = self.gatherings.sign_ins(day)
        post.deliver_plain(day, "community_activity", "event_id", sign_ins, sign_in_texts, write, block=1)
        programme = self.gatherings.due(day)
        post.deliver_sent(day, "community_events", "community_event_id", programme, write)
        self._desk.hear_members(day)
        post.deliver_sent(day, "delivery_claims", "claim_id", self._desk.claims.due(day), write)
        post.deliver_sent(day, "service_tickets", "ticket_id", self._desk.tickets.due(day), write)
        self._loyalty.run(day)
        self._surveys.hear_contacts(day, events)
        for feed, key, records in (
            ("loyalty", "entry_id", self._loyalty.due(day)),
            ("offers", "offer_id", self.offers.due(day)),
            ("surveys", "response_id", self._surveys.due(day)),
        ):
            post.deliver_sent(day, feed, key, records, write)
