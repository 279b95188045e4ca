-- Views with the stretch of their item: the last change before the view tells.
CREATE VIEW stretched AS
SELECT x.*, k.seg AS seg
FROM (SELECT * FROM matches WHERE ok) AS x
ASOF LEFT JOIN breaks AS k ON x.leak = k.leak AND x.item = k.item AND x.t >= k.b
;

INSERT INTO stretches
SELECT reinterpretAsUInt128(sipHash128(page, seg)), reinterpretAsUInt128(sipHash128(leak, item)) AS page
FROM breaks
