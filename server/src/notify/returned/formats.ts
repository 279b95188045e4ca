/**
 * The forms in which mail systems tell one diagnostic, in sentences of their kind. What a refusal means must not depend
 * on who reports it; `formats.test.ts` holds that.
 */
type Told = Readonly<{ to: string; reply: string; status: string; words: string }>;

const original = ({ to }: Told): string =>
  `Received: from shop.example (shop.example [192.0.2.7]) by relay.example with ESMTP\nMessage-ID: <n1@shop.example>\nFrom: Shop <news@shop.example>\nTo: ${to}\nSubject: About your account\n\nGood morning\n`;

const head = (from: string, subject: string): string =>
  `Return-Path: <>\nFrom: ${from}\nTo: news@shop.example\nSubject: ${subject}\nDate: Mon, 2 Nov 2026 10:00:00 +0000\n`;

const plain = (from: string, subject: string, body: string): string => `${head(from, subject)}\n${body}`;

const report = (from: string, subject: string, words: string, fields: string, told: Told): string =>
  `${head(from, subject)}MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b1"\n\n` +
  `--b1\nContent-Type: text/plain\n\n${words}\n\n--b1\nContent-Type: message/delivery-status\n\n${fields}\n\n` +
  `--b1\nContent-Type: message/rfc822\n\n${original(told)}\n--b1--\n`;

const answer = ({ reply, status, words }: Told): string => `${reply} ${status} ${words}`;

export const FORMATS: Readonly<Record<string, (told: Told) => string>> = {
  'a report of Postfix': (told) =>
    report(
      'MAILER-DAEMON@relay.example (Mail Delivery System)',
      'Undelivered Mail Returned to Sender',
      `This is the mail system at host relay.example.\n\n<${told.to}>: host mx.other.example[192.0.2.25] said:\n    ${answer(told)} (in reply to RCPT TO command)`,
      `Reporting-MTA: dns; relay.example\n\nFinal-Recipient: rfc822; ${told.to}\nAction: failed\nStatus: ${told.status}\nRemote-MTA: dns; mx.other.example\nDiagnostic-Code: smtp; ${answer(told)}`,
      told,
    ),
  'a transcript of Sendmail': (told) =>
    report(
      'Mail Delivery Subsystem <MAILER-DAEMON@relay.example>',
      'Returned mail: see transcript for details',
      `   ----- The following addresses had permanent fatal errors -----\n<${told.to}>\n    (reason: ${answer(told)})\n\n   ----- Transcript of session follows -----\n... while talking to mx.other.example.:\n>>> RCPT To:<${told.to}>\n<<< ${answer(told)}\n554 5.0.0 Service unavailable`,
      `Reporting-MTA: dns; relay.example\n\nFinal-Recipient: RFC822; ${told.to}\nAction: failed\nStatus: ${told.status}\nRemote-MTA: DNS; mx.other.example\nDiagnostic-Code: SMTP; ${answer(told)}`,
      told,
    ),
  'words of Exim': (told) =>
    plain(
      'Mail Delivery System <Mailer-Daemon@relay.example>',
      'Mail delivery failed: returning message to sender',
      `This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  ${told.to}\n    host mx.other.example [192.0.2.25]\n    SMTP error from remote mail server after RCPT TO:<${told.to}>:\n    ${answer(told)}\n\n------ This is a copy of the message, including all the headers. ------\n\n${original(told)}`,
    ),
  'words of qmail': (told) =>
    plain(
      'MAILER-DAEMON@relay.example',
      'failure notice',
      `Hi. This is the qmail-send program at relay.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<${told.to}>:\n192.0.2.25 does not like recipient.\nRemote host said: ${answer(told)}\nGiving up on 192.0.2.25.\n\n--- Below this line is a copy of the message.\n\n${original(told)}`,
    ),
  'a report of Courier': (told) =>
    report(
      'postmaster@relay.example',
      'NOTICE: mail delivery status.',
      `                           UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<${told.to}>:\n    mx.other.example [192.0.2.25]:\n>>> RCPT TO:<${told.to}>\n<<< ${answer(told)}`,
      `Reporting-MTA: dns; relay.example\n\nFinal-Recipient: rfc822; ${told.to}\nAction: failed\nStatus: ${told.status}\nDiagnostic-Code: smtp; ${answer(told)}`,
      told,
    ),
  'words of the DragonFly agent': (told) =>
    plain(
      'MAILER-DAEMON <>',
      'Mail delivery failed',
      `This is the mail agent at relay.example.\n\nThere was an error delivering your mail to <${told.to}>.\n\nmx.other.example [192.0.2.25] did not like our RCPT TO:\n${answer(told)}\n\nOriginal message follows.\n\n${original(told)}`,
    ),
  'words of MailMarshal': (told) =>
    plain(
      'postmaster@gate.example',
      'Undeliverable Mail: "About your account"',
      `Your message:\n   From:    news@shop.example\n   Subject: About your account\n\nCould not be delivered because of\n\n${answer(told)}\n\nThe following recipients were affected: \n    ${told.to}\n\nAdditional Information\n======================\nOriginal Sender:    <news@shop.example>\n`,
    ),
  'words of SurfControl': (told) =>
    plain(
      '"Mail gateway" <MAILER-DAEMON@gate.example>',
      'Message could not be delivered',
      `Your message could not be sent.\nA transcript of the attempts to send the message follows.\nThe number of attempts made: 1\nAddressed To: ${told.to}\n\nMon, 02 Nov 2026 10:00:00 +0000\nFailed to send to identified host,\n${told.to}: [192.0.2.25], ${answer(told)}\n--- Message non-deliverable.\n`,
    ),
  'words of a mail filter in the net': (told) =>
    plain(
      '"Mail Delivery System" <MAILER-DAEMON@net.example>',
      'Mail delivery failed',
      `This message was created automatically by mail delivery software.\n\nA message that you have sent could not be delivered to one or more recipients.\nThis is a permanent error.  The following address failed:\n\n <${told.to}>: ${answer(told)}\n\nIncluded is a copy of the message header:\n-----------------------------------------\n${original(told)}`,
    ),
  'words of a Japanese provider': (told) =>
    plain(
      'postmaster@isp.example',
      'Returned mail: delivery problem',
      `   ----- The following addresses had delivery problems -----\n${told.to}\n\n   ----- Non-delivered information -----\n${answer(told)}\n\n   ----- Original message follows -----\n${original(told)}`,
    ),
  'words of a web mail': (told) =>
    plain(
      'mailer-daemon@web.example',
      'Undelivered Mail Returned to Sender',
      `This message was created automatically by mail delivery software.\n A message that you sent could not be delivered to one or more of its recipients. This is a permanent error. \n\n${told.to} Invalid Address, ERROR_CODE :${told.reply}, ERROR_CODE :${told.status} ${told.words}\n\nReceived:from mail.web.example by web.example\n${original(told)}`,
    ),
  'words of 1&1': (told) =>
    plain(
      '"Mail Delivery System" <mailer-daemon@house.example>',
      'Mail delivery failed: returning message to sender',
      `This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to\none or more of its recipients. The following addresses failed:\n\n${told.to}:\nSMTP error from remote server for RCPT TO command, host: mx.other.example (192.0.2.25) reason: ${answer(told)}\n\n--- The header of the original message is following. ---\n\n${original(told)}`,
    ),
  'words of Exchange': (told) =>
    plain(
      'Microsoft Outlook <MicrosoftExchange00@corp.example>',
      'Undeliverable: About your account',
      `Delivery has failed to these recipients or groups:\n\n${told.to}<mailto:${told.to}>\nThe message could not be delivered.\n\nDiagnostic information for administrators:\n\nGenerating server: corp.example\n\n${told.to}\nmx.other.example #<mx.other.example #${told.status} smtp;${answer(told)}> #SMTP#\n\nOriginal message headers:\n\n${original(told)}`,
    ),
  'words of Gmail': (told) =>
    plain(
      'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
      'Delivery Status Notification (Failure)',
      `Delivery to the following recipient failed permanently:\n\n     ${told.to}\n\nTechnical details of permanent failure: \nGoogle tried to deliver your message, but it was rejected by the recipient domain. We recommend contacting the other email provider for further information about the cause of this error. The error that the other server returned was: ${answer(told)} (state 14).\n\n----- Original message -----\n\n${original(told)}`,
    ),
  'a session of MDaemon': (told) =>
    plain(
      'MDaemon@relay.example',
      'Permanent Delivery Failure',
      `The attached message had PERMANENT fatal delivery errors!\n\nThe following addresses did NOT receive a copy of your message:\n\n> ${told.to}\n\n--- Session Transcript ---\n Attempting SMTP connection to [192.0.2.25:25]\n <-- 220 mx.other.example ESMTP\n --> EHLO relay.example\n <-- 250 SIZE\n --> MAIL From:<news@shop.example>\n <-- 250 Sender ok\n --> RCPT To:<${told.to}>\n <-- ${answer(told)}\n --> QUIT\n--- End Transcript ---\n`,
    ),
};
