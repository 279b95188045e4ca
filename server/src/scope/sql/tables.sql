-- Everything that one run computes. Leaks are numbered from 0 in the order of the incident file; classes are
-- numbered in the order of RECIPIENT_CLASSES; instants are milliseconds since 1970, -1 where none is known.
--
-- A *place* is (leak, host, item, seg): an item on a host during a stretch in which the set of people on it does
-- not change. Exposure is held as subjects of a place × viewers of a place and is never multiplied out.

-- Lines whose path or person matches a leak. ok: they are views of the leak; served: the status says that the
-- page stood there (which tells hosts that serve the path from those that do not).
CREATE TABLE matches (leak UInt8, ok UInt8, served UInt8, own UInt8, ns UInt8, t Int64, host LowCardinality(String), item String, account String, client String, ua LowCardinality(String), f UInt32, rn UInt64) ENGINE = MergeTree ORDER BY tuple();

-- ns 0: an account of the shop; ns 1: an account of staff tools (looked up among employees first); ns 2: a recipient
-- who was stated by name alone; ns 10 + class: a recipient whose class was stated.
CREATE TABLE accounts (ns UInt8, account String, cls UInt8) ENGINE = MergeTree ORDER BY tuple();

CREATE TABLE crawlers (ua String) ENGINE = MergeTree ORDER BY tuple();

-- Who was shown on an item, and from when to when (whole time where the reference has no dates). own: the account
-- (or, in a mailing, the address) under which this person's own visits appear; '' where there can be none.
CREATE TABLE holders (leak UInt8, item String, person String, own String, vfrom Int64, vto Int64) ENGINE = MergeTree ORDER BY tuple();

-- Instants at which an item's set of people changes between its first and its last view, and the number of the
-- stretch that each begins, from 1.
CREATE TABLE breaks (leak UInt8, item String, b Int64, seg UInt32) ENGINE = MergeTree ORDER BY tuple();

CREATE TABLE views (leak UInt8, host LowCardinality(String), item String, seg UInt32, v FixedString(16), cls UInt8, t Int64, f UInt32, rn UInt64) ENGINE = MergeTree ORDER BY tuple();

CREATE TABLE viewers (v FixedString(16), cls UInt8, account String, client String, ua String) ENGINE = MergeTree ORDER BY tuple();

-- self: the viewer that this person's own visits would be, so that they can be left out.
CREATE TABLE subjects (leak UInt8, item String, seg UInt32, person String, self FixedString(16)) ENGINE = MergeTree ORDER BY tuple();

-- The part of the directory that this incident can touch.
CREATE TABLE known (person String, email String, country LowCardinality(String), region LowCardinality(String), language LowCardinality(String), deleted UInt8) ENGINE = MergeTree ORDER BY tuple();

-- People whom a gap may have hidden: one row a person and leak.
CREATE TABLE hidden (leak UInt8, person String) ENGINE = MergeTree ORDER BY tuple();

-- People on a list that is itself the leak, whoever received it.
CREATE TABLE stated (leak UInt8, person String) ENGINE = MergeTree ORDER BY tuple();

-- People who are unknown by a leak's own evidence (a cache's tie, a stale answer without a rule).
CREATE TABLE doubtful (leak UInt8, person String) ENGINE = MergeTree ORDER BY tuple();

CREATE TABLE place_viewers (leak UInt8, host LowCardinality(String), item String, seg UInt32, v FixedString(16), cls UInt8, n UInt64, t0 Int64, t1 Int64) ENGINE = MergeTree ORDER BY tuple();

-- others: how many people other than the viewer this viewer was shown there.
CREATE TABLE shown (leak UInt8, host LowCardinality(String), item String, seg UInt32, v FixedString(16), cls UInt8, n UInt64, t0 Int64, t1 Int64, others UInt64) ENGINE = MergeTree ORDER BY tuple();

CREATE TABLE person_places (leak UInt8, host LowCardinality(String), item String, person String, n UInt64, t0 Int64, t1 Int64, named UInt64) ENGINE = MergeTree ORDER BY tuple();

-- Views that several leaks or several third parties share, by which the sum over a person's places is too high.
CREATE TABLE again (person String, n UInt64) ENGINE = MergeTree ORDER BY tuple();

-- One row a person: ex and un are bit masks over leaks.
CREATE TABLE status (person String, ex UInt64, un UInt64, n UInt64, t0 Int64, t1 Int64, named UInt64) ENGINE = MergeTree ORDER BY tuple();

-- Ids that no output may show: staff who are no customers.
CREATE TABLE withheld (id String) ENGINE = MergeTree ORDER BY tuple()
