-- Everything that one run computes. Leaks are numbered from 0 in the order of the incident file; classes are
-- numbered in the order of RECIPIENT_CLASSES; instants are milliseconds since 1970, -1 where none is known.
--
-- A *page* is (leak, item); a *place* is a page during a stretch in which the set of people on it does not change; a
-- *spot* is a place on one host. Exposure is held as subjects of a place × viewers of a spot and is never multiplied out.

-- Lines whose path or person matches a leak. ok: they are views of the leak; served: the status says that the
-- page stood there (which tells hosts that serve the path from those that do not).
CREATE TABLE matches (leak UInt8, ok UInt8, served UInt8, own UInt8, ns UInt8, t Int64, host LowCardinality(String), item String, account String, client String, ua LowCardinality(String), f UInt32, rn UInt64) ENGINE = MergeTree ORDER BY tuple();

-- ns 0: an account of the shop; ns 1: an account of staff tools (looked up among employees first); ns 2: a recipient
-- who was stated by name alone; ns 10 + class: a recipient whose class was stated. v: the account as a viewer.
CREATE TABLE accounts (ns UInt8, account String, cls UInt8, v UInt128) ENGINE = MergeTree ORDER BY tuple();

CREATE TABLE crawlers (ua String) ENGINE = MergeTree ORDER BY tuple();

-- Who was shown on an item, and from when to when (whole time where the reference has no dates). own: the account
-- (or, in a mailing, the address) under which this person's own visits appear; '' where there can be none.
CREATE TABLE holders (leak UInt8, item String, person String, own String, vfrom Int64, vto Int64) ENGINE = MergeTree ORDER BY tuple();

-- Instants at which an item's set of people changes between its first and its last view, and the number of the
-- stretch that each begins, from 1.
CREATE TABLE breaks (leak UInt8, item String, b Int64, seg UInt32) ENGINE = MergeTree ORDER BY tuple();

-- The page of each place that is a later stretch of one. The first stretch of a page, mostly its only one, has its id.
CREATE TABLE stretches (place UInt128, page UInt128) ENGINE = MergeTree ORDER BY tuple();

-- The same lines with their viewers' classes and the ids of place, spot and viewer: hashes of 128 bits, because a join
-- or a grouping by several texts takes three times as long.
CREATE TABLE views (leak UInt8, host LowCardinality(String), item String, place UInt128, spot UInt128, v UInt128, cls UInt8, t Int64, f UInt32, rn UInt64) ENGINE = MergeTree ORDER BY tuple();

-- What is known of each viewer: the account, or client address and user agent.
CREATE VIEW viewers AS
SELECT DISTINCT v, cls, account, '' AS client, '' AS ua FROM accounts
UNION ALL
SELECT DISTINCT reinterpretAsUInt128(sipHash128(cls, client, agent)) AS v, cls, '' AS account, client, agent AS ua
FROM (SELECT client, toString(ua) AS agent, toUInt8(multiIf(own, 7, ua IN (SELECT ua FROM crawlers), 2, 1)) AS cls FROM matches WHERE ok AND (own OR account = ''));

-- self: the viewer that this person's own visits would be, so that they can be left out. listed: the directory has
-- this person.
CREATE TABLE subjects (leak UInt8, place UInt128, person String, self UInt128, listed UInt8) ENGINE = MergeTree ORDER BY tuple();

-- Subjects who viewed something themselves: how many of a place one viewer is (several, where accounts share an address).
CREATE TABLE selves (place UInt128, self UInt128, n UInt64) ENGINE = MergeTree ORDER BY tuple();

-- The part of the directory that this incident can touch.
CREATE TABLE known (person String, email String, country LowCardinality(String), region LowCardinality(String), language LowCardinality(String), deleted UInt8) ENGINE = MergeTree ORDER BY tuple();

-- People whom a gap may have hidden: one row a person and leak.
CREATE TABLE hidden (leak UInt8, person String) ENGINE = MergeTree ORDER BY tuple();

-- People on a list that is itself the leak, whoever received it.
CREATE TABLE stated (leak UInt8, person String) ENGINE = MergeTree ORDER BY tuple();

-- People who are unknown by a leak's own evidence (a cache's tie, a stale answer without a rule).
CREATE TABLE doubtful (leak UInt8, person String) ENGINE = MergeTree ORDER BY tuple();

-- Viewers of a spot who were shown somebody there. others: how many people other than the viewer; own: how many of the
-- place's people the viewer is.
CREATE TABLE shown (leak UInt8, host LowCardinality(String), place UInt128, spot UInt128, v UInt128, cls UInt8, n UInt64, t0 Int64, t1 Int64, others UInt64, own UInt64) ENGINE = MergeTree ORDER BY tuple();

CREATE TABLE person_spots (leak UInt8, host LowCardinality(String), place UInt128, person String, listed UInt8, n UInt64, t0 Int64, t1 Int64, named UInt64) ENGINE = MergeTree ORDER BY tuple();

-- One row a recipient. most: no fewer people than it saw.
CREATE TABLE recipients (v UInt128, cls UInt8, most UInt64, n UInt64, t0 Int64, t1 Int64) ENGINE = MergeTree ORDER BY tuple();

-- Views that several leaks or several third parties share, by which the sum over a person's places is too high.
CREATE TABLE again (person String, n UInt64) ENGINE = MergeTree ORDER BY tuple();

-- One row a person: ex and un are bit masks over leaks.
CREATE TABLE status (person String, ex UInt64, un UInt64, n UInt64, t0 Int64, t1 Int64, named UInt64) ENGINE = MergeTree ORDER BY tuple();

-- What is worked out of these for people's own notices, when a file of people is written.

-- Viewers who were shown somebody at several places.
CREATE TABLE roaming (v UInt128) ENGINE = MergeTree ORDER BY tuple();

-- Viewers of each place by class: who was at no other place, and who was.
CREATE TABLE place_viewers (place UInt128, stays Array(Int64), roams Array(Int64)) ENGINE = MergeTree ORDER BY tuple();

-- People who stand at several places where viewers roam; people of the same places have the same id.
CREATE TABLE place_sets (person String, id UInt128, places Array(UInt128)) ENGINE = MergeTree ORDER BY tuple();

CREATE TABLE set_viewers (id UInt128, n Array(Int64)) ENGINE = MergeTree ORDER BY tuple();

CREATE TABLE own_visits (person String, v UInt128, cls UInt8) ENGINE = MergeTree ORDER BY tuple();

-- Viewers that are a person at one place and somebody else at another.
CREATE TABLE strangers (person String, v UInt128) ENGINE = MergeTree ORDER BY tuple();

-- One row a person: how many others of each class.
CREATE TABLE others (person String, n Array(Int64)) ENGINE = MergeTree ORDER BY tuple();

-- One row a person: leak and item of the pages most viewed, and how many pages.
CREATE TABLE person_pages (person String, pages Array(Tuple(UInt8, String)), n UInt64) ENGINE = MergeTree ORDER BY tuple();

-- Ids that no output may show: staff who are no customers.
CREATE TABLE withheld (id String) ENGINE = MergeTree ORDER BY tuple()
