import { faker as arabic } from '@faker-js/faker/locale/ar';
import { faker as french } from '@faker-js/faker/locale/fr';

/** First and last names as people in Algeria write them: in Latin letters, in French, in Arabic script. */
export const NAMES = {
  latin: {
    first:
      'Amine Yacine Karim Sofiane Mehdi Riad Walid Bilal Nassim Hichem Farid Samir Rachid Abdelkader Mohamed-Amine Djamel Lina Amel Nawel Yasmine Imène Sarah Khadidja Meriem Houria Souad Nadia Ryma Sihem Fatima-Zohra'.split(
        ' ',
      ),
    last: 'Benali Bouzid Mansouri Haddad Khelifi Belkacem Zerrouki Hamdi Saadi Cherif Boudiaf Meziane Larbi Brahimi Ouali Ferhat Toumi Bensalem Guerfi Slimani Mebarki Djebbar Rahmani Kaci Aït-Ahmed Boumediene Hadj-Saïd Lounès Yahiaoui Zidane'.split(
      ' ',
    ),
  },
  french: {
    first: names(french.rawDefinitions.person?.first_name),
    last: names(french.rawDefinitions.person?.last_name),
  },
  arabic: {
    first: names(arabic.rawDefinitions.person?.first_name),
    last: names(arabic.rawDefinitions.person?.last_name),
  },
};

export const CITIES = [
  {
    city: 'Alger',
    code: '16000',
    streets: ['rue Didouche Mourad', 'boulevard Mohamed V', 'chemin des Glycines', 'rue Hassiba Ben Bouali'],
  },
  { city: 'Oran', code: '31000', streets: ["boulevard de l'ALN", 'rue Larbi Ben M’hidi', 'avenue Loubet'] },
  { city: 'Constantine', code: '25000', streets: ['rue Abane Ramdane', 'boulevard Zighoud Youcef'] },
  { city: 'Annaba', code: '23000', streets: ['cours de la Révolution', 'rue Emir Abdelkader'] },
  { city: 'Béjaïa', code: '06000', streets: ['rue de la Liberté', 'boulevard Amirouche'] },
  { city: 'Tlemcen', code: '13000', streets: ['rue de Paris', 'boulevard Colonel Lotfi'] },
  { city: 'الجزائر', code: '16006', streets: ['شارع ديدوش مراد', 'شارع العربي بن مهيدي'] },
];

/** Nobody's domains (RFC 2606), named after those that people use. */
export const MAIL_DOMAINS = [
  'gmail.example',
  'yahoo-fr.example',
  'hotmail.example',
  'outlook.example',
  'djaweb.example',
  'laposte.example',
];

function names(lists: Partial<Record<string, readonly string[] | null>> | null | undefined): string[] {
  return [...new Set(Object.values(lists ?? {}).flatMap((list) => list ?? []))];
}
