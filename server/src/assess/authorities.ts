/**
 * Data protection authorities by country; names from the EDPB's directory of national forms. `confidence`: how sure we are
 * that name and languages of the form are current in November 2026. None offers a machine interface for notifications.
 */
export type Authority = Readonly<{
  name: string;
  languages: readonly string[];
  confidence: 'high' | 'medium' | 'low';
}>;

const one = (name: string, languages: string, confidence: Authority['confidence']): Authority => ({
  name,
  languages: languages.split(' '),
  confidence,
});

/** The EEA: the European Union, Iceland, Liechtenstein and Norway. */
export const EEA_AUTHORITIES: Readonly<Record<string, Authority>> = {
  AT: one('Österreichische Datenschutzbehörde', 'de', 'medium'),
  BE: one('Autorité de protection des données / Gegevensbeschermingsautoriteit', 'fr nl de', 'medium'),
  BG: one('Commission for Personal Data Protection', 'bg', 'low'),
  CY: one('Office of the Commissioner for Personal Data Protection', 'el en', 'low'),
  CZ: one('Úřad pro ochranu osobních údajů', 'cs', 'low'),
  DE: one('the authority of the German state of the seat', 'de', 'high'),
  DK: one('Datatilsynet', 'da', 'medium'),
  EE: one('Andmekaitse Inspektsioon', 'et en', 'low'),
  ES: one('Agencia Española de Protección de Datos', 'es', 'high'),
  FI: one('Tietosuojavaltuutetun toimisto', 'fi sv en', 'medium'),
  FR: one('Commission nationale de l’informatique et des libertés', 'fr', 'high'),
  GR: one('Hellenic Data Protection Authority', 'el', 'low'),
  HR: one('Agencija za zaštitu osobnih podataka', 'hr', 'low'),
  HU: one('Nemzeti Adatvédelmi és Információszabadság Hatóság', 'hu', 'medium'),
  IE: one('Data Protection Commission', 'en', 'high'),
  IS: one('Persónuvernd', 'is', 'low'),
  IT: one('Garante per la protezione dei dati personali', 'it', 'high'),
  LI: one('Datenschutzstelle', 'de', 'low'),
  LT: one('Valstybinė duomenų apsaugos inspekcija', 'lt', 'low'),
  LU: one('Commission nationale pour la protection des données', 'fr en de', 'medium'),
  LV: one('Datu valsts inspekcija', 'lv', 'low'),
  MT: one('Office of the Information and Data Protection Commissioner', 'en', 'high'),
  NL: one('Autoriteit Persoonsgegevens', 'nl', 'medium'),
  NO: one('Datatilsynet', 'nb', 'medium'),
  PL: one('Prezes Urzędu Ochrony Danych Osobowych', 'pl', 'medium'),
  PT: one('Comissão Nacional de Proteção de Dados', 'pt', 'medium'),
  RO: one('Autoritatea Națională de Supraveghere a Prelucrării Datelor cu Caracter Personal', 'ro', 'low'),
  SE: one('Integritetsskyddsmyndigheten', 'sv en', 'medium'),
  SI: one('Informacijski pooblaščenec', 'sl', 'low'),
  SK: one('Úrad na ochranu osobných údajov Slovenskej republiky', 'sk', 'low'),
};

/** Private companies in Germany answer to the authority of their seat's state, not to the federal one. */
export const GERMAN_AUTHORITIES: Readonly<Record<string, string>> = {
  'DE-BB': 'Landesbeauftragte für den Datenschutz und für das Recht auf Akteneinsicht Brandenburg',
  'DE-BE': 'Berliner Beauftragte für Datenschutz und Informationsfreiheit',
  'DE-BW': 'Landesbeauftragter für den Datenschutz und die Informationsfreiheit Baden-Württemberg',
  'DE-BY': 'Bayerisches Landesamt für Datenschutzaufsicht',
  'DE-HB': 'Landesbeauftragte für Datenschutz und Informationsfreiheit Bremen',
  'DE-HE': 'Hessischer Beauftragter für Datenschutz und Informationsfreiheit',
  'DE-HH': 'Hamburgischer Beauftragter für Datenschutz und Informationsfreiheit',
  'DE-MV': 'Landesbeauftragter für Datenschutz und Informationsfreiheit Mecklenburg-Vorpommern',
  'DE-NI': 'Landesbeauftragter für den Datenschutz Niedersachsen',
  'DE-NW': 'Landesbeauftragte für Datenschutz und Informationsfreiheit Nordrhein-Westfalen',
  'DE-RP': 'Landesbeauftragter für den Datenschutz und die Informationsfreiheit Rheinland-Pfalz',
  'DE-SH': 'Unabhängiges Landeszentrum für Datenschutz Schleswig-Holstein',
  'DE-SL': 'Unabhängiges Datenschutzzentrum Saarland',
  'DE-SN': 'Sächsische Datenschutz- und Transparenzbeauftragte',
  'DE-ST': 'Landesbeauftragte für den Datenschutz Sachsen-Anhalt',
  'DE-TH': 'Thüringer Landesbeauftragter für den Datenschutz und die Informationsfreiheit',
};

export const UK_AUTHORITY: Authority = one('Information Commissioner’s Office', 'en', 'high');
