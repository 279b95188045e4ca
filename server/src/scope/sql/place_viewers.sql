-- f 4294967295: a recipient who was stated, not seen in a log.
INSERT INTO place_viewers
SELECT leak, host, item, seg, v, any(cls), countIf(f != 4294967295), min(t), max(t)
FROM views
GROUP BY leak, host, item, seg, v
