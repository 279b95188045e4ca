-- The same where nobody's being there has a beginning or an end, so that a holder is a subject once.
INSERT INTO subjects
SELECT leak, reinterpretAsUInt128(sipHash128(leak, item)), person, reinterpretAsUInt128(if(own = '', toFixedString('', 16), sipHash128(toUInt8(if(listed, 0, 6)), own))), person IN (SELECT person FROM known) AS listed
FROM holders
