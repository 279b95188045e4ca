import type { Element } from '@forthright/contract';

/**
 * What organisations call their fields, and which element of the statutes each is. Compared without case, blanks,
 * hyphens and underscores. A word that could be two things (`id`, `number`, `date`) is left out: it is asked for.
 */
const WORDS: Readonly<Record<Element, string>> = {
  fullName:
    'name, full name, customer name, recipient name, account name, first and last name, name on card, reviewer name',
  firstName: 'first name, given name, forename',
  lastName: 'last name, surname, family name',
  displayName: 'display name, nickname, public name, alias, pseudonym, handle, screen name',
  email: 'email, e-mail, email address, e-mail address, mail address',
  username: 'username, user name, login, login name, user id',
  password: 'password, passwd, passcode, clear password',
  passwordHash: 'password hash, hashed password, passwords hashed',
  securityAnswer: 'security answer, security question and answer, secret answer, secret question',
  phone: 'phone, phone number, telephone, telephone number, mobile, mobile number, cell phone',
  postalAddress:
    'address, postal address, street, street address, home address, delivery address, shipping address, billing address, full address',
  postcode: 'postcode, postal code, zip, zip code, city, town',
  birthDate: 'birth date, date of birth, dob, birthday, full date of birth',
  birthYear: 'birth year, year of birth, age, age group',
  gender: 'gender, sex, salutation',
  photo: 'photo, picture, portrait, profile photo, profile picture, avatar',
  ssn: 'ssn, social security number',
  driverLicence:
    "driver licence, driver license, driver's license, driver licence number, driver license number, driver's license number, driving licence, driving licence number",
  stateId: 'state id, state identification card, non driver id, identification card number',
  passport: 'passport, passport number',
  militaryId: 'military id, military identification number',
  tribalId: 'tribal id, tribal identification number',
  studentId: 'student id',
  employerId: 'employer id, employee number, employee id with code',
  taxId: 'tax id, tax number, tin, taxpayer id, taxpayer identification number, itin, vat number',
  nationalId:
    'national id, national id number, fiscal code, identity card, identity card number, id card, government id, national insurance number, cpf, nric, my number, tc kimlik',
  cardNumber:
    'card number, payment card, payment card number, credit card, credit card number, debit card, debit card number, pan',
  cardCode: 'card code, cvv, cvc, security code, pin, card pin',
  cardExpiry: 'card expiry, expiry date, expiration date',
  cardLastDigits: 'last digits, last four digits, card last four, last4, card last4, masked card number',
  bankAccount: 'bank account, bank account number, iban, account number',
  accountCode: 'account code, access code, bank pin, bank password',
  financialHistory: 'payment history, transactions, salary, wage, wages, income, credit score, balance',
  medical:
    'medical, health, health data, medical history, diagnosis, prescription, prescriptions, medication',
  healthInsurance: 'health insurance, health insurance number, health insurance id, medicare number',
  biometric: 'biometric, biometrics, fingerprint, face template, voice print',
  genetic: 'genetic, genetics, dna, genetic data',
  digitalSignature: 'digital signature, electronic signature',
  privateKey: 'private key',
  licencePlateReader: 'licence plate reader, license plate reader data, alpr',
  mothersMaidenName: "mother's maiden name, mothers maiden name, maiden name of mother",
  certificate: 'birth certificate, marriage certificate',
  workEvaluation: 'work evaluation, work evaluations, performance review',
  ethnicity: 'ethnicity, race, ethnic origin',
  politics: 'political opinion, political opinions, politics',
  religion: 'religion, religious belief, belief',
  union: 'trade union, trade union membership, union membership',
  sexLife: 'sex life, sexual orientation',
  criminal: 'criminal record, criminal history, convictions',
  childData: 'child data, children, child name',
  location: 'location, gps, geolocation, coordinates, position',
  ipAddress: 'ip, ip address, client address',
  customerId: 'customer id, customer number, account id, client number',
  orderHistory:
    'order history, orders, order, purchases, purchase history, basket, products bought, order number',
  messages: 'messages, message, chat, chats, conversation, correspondence, support tickets',
  reviews: 'reviews, review, review text, comments, ratings, rating',
  language: 'language, locale',
  preferences: 'preferences, newsletter, consent, interests, wish list, country, region, state',
  other: 'other',
};

const plain = (word: string): string => word.toLowerCase().replace(/[\s_\-.']+/g, '');

const BY_WORD: ReadonlyMap<string, Element> = new Map(
  Object.entries(WORDS).flatMap(([element, words]) =>
    [element, ...words.split(', ')].map((word) => [plain(word), element as Element] as const),
  ),
);

/** Which element a field is, or null when no one can tell from its name. */
export function elementOf(field: string): Element | null {
  return BY_WORD.get(plain(field)) ?? null;
}
