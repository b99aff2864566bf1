import { findType } from '../catalogue/catalogue.js';
import { judgeBirthNumber, looksLikeBirthNumber } from '../common/birth-number.js';
import { dayOf, isDay, type Day } from '../common/days.js';
import { pointerStep } from '../common/json.js';
import type { FieldError } from '../common/problems.js';
import type { Config } from '../config/config.schema.js';
import type { GiveConsentDto } from './consent.dto.js';
import { judgeSigning } from './signing.js';

/** The part of the settings that a release is checked by; `Config` fits. */
type Limits = Pick<Config, 'people' | 'consents'>;

/** What is wrong with a release that is to be registered, beyond the shape of its fields. @param now the moment of the call */
export function faultsIn(input: GiveConsentDto, now: Date, { people, consents }: Limits): FieldError[] {
  const errors: FieldError[] = [];
  const today = dayOf(now);
  const judged = judgeBirthNumber(input.youth.nationalId);
  if (judged === 'invalid') errors.push({ pointer: '/body/youth/nationalId', code: 'birth-number' });
  else if (judged !== people.population)
    errors.push({
      pointer: '/body/youth/nationalId',
      code: judged === 'real' ? 'synthetic-required' : 'synthetic-refused',
    });
  if (input.youth.birthDate !== undefined && (!isDay(input.youth.birthDate) || input.youth.birthDate > today))
    errors.push({ pointer: '/body/youth/birthDate', code: 'day' });
  if (!isDay(input.validUntil)) errors.push({ pointer: '/body/validUntil', code: 'day' });
  else if (input.validUntil < today || input.validUntil > lastDay(today, consents.longestMonths))
    errors.push({ pointer: '/body/validUntil', code: 'range' });
  input.recordTypes.forEach((key, i) => {
    if (!findType(key)) errors.push({ pointer: `/body/recordTypes${pointerStep(i)}`, code: 'code' });
  });
  if (looksLikeBirthNumber(input.purpose)) errors.push({ pointer: '/body/purpose', code: 'birth-number' });
  input.signers.forEach((signer, i) => {
    const judgement = judgeSigning(signer.at, now);
    if (judgement !== 'fine')
      errors.push({
        pointer: `/body/signers${pointerStep(i)}/at`,
        code: judgement === 'still-to-come' ? 'range' : 'day',
      });
    if (signer.reference !== undefined && looksLikeBirthNumber(signer.reference))
      errors.push({ pointer: `/body/signers${pointerStep(i)}/reference`, code: 'birth-number' });
  });
  return errors;
}

function lastDay(today: Day, months: number): Day {
  const at = new Date(`${today}T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + months);
  return at.toISOString().slice(0, 10) as Day;
}
