// Exports of Apple Health as an iPhone writes them.

export interface MindfulRecord {
    startDate: string;
    endDate: string;
    timezone?: string;
}

const kProlog = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 13 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ATTLIST Record
  type          CDATA #REQUIRED
  unit          CDATA #IMPLIED
  sourceName    CDATA #REQUIRED
>
<!-- Note: Any Records that appear as children of a correlation also appear as top-level records in this document. -->
]>
<HealthData locale="en_DE">
 <ExportDate value="2026-11-23 08:00:00 +0100"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="" HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexNotSet"/>
`;

const kHeartRate = ` <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Ada’s Apple Watch" sourceVersion="10.2" device="&lt;&lt;HKDevice: 0x28&gt;, name:Apple Watch, model:Watch&gt;" unit="count/min" creationDate="2026-11-23 06:00:00 +0100" startDate="2026-11-23 06:00:00 +0100" endDate="2026-11-23 06:00:00 +0100" value="61">
  <MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="1"/>
 </Record>
`;

function mindfulRecord({ startDate, endDate, timezone }: MindfulRecord): string {
    const attributes = `type="HKCategoryTypeIdentifierMindfulSession" sourceName="Insight &amp; Co" sourceVersion="17" creationDate="${endDate}" startDate="${startDate}" endDate="${endDate}" value="HKCategoryValueNotApplicable"`;
    if (!timezone) return ` <Record ${attributes}/>\n`;
    return ` <Record ${attributes}>\n  <MetadataEntry key="HKTimeZone" value="${timezone}"/>\n </Record>\n`;
}

/** An export.xml with these sessions, each behind `others` records of another type. */
export function appleHealthXml(records: MindfulRecord[], others = 2): string {
    const content = records.map((record) => kHeartRate.repeat(others) + mindfulRecord(record)).join('');
    return `${kProlog}${content}${kHeartRate}</HealthData>\n`;
}

/** The same piece by piece, for exports that do not fit memory: a session every `othersBytes` bytes. */
export function* largeAppleHealthXml(sessions: number, othersBytes: number): Generator<string> {
    yield kProlog;
    const filler = kHeartRate.repeat(Math.floor(65_536 / kHeartRate.length));
    for (let day = 0; day < sessions; ++day) {
        for (let bytes = 0; bytes < othersBytes; bytes += filler.length) yield filler;
        const date = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10);
        yield mindfulRecord({ startDate: `${date} 06:00:00 +0000`, endDate: `${date} 06:10:00 +0000` });
    }
    yield '</HealthData>\n';
}
