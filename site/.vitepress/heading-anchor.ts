/**
 * The anchor of a heading: that of GitHub, so that a link to a part of a guide works on the site, in the reference and in the repository.
 * VitePress by itself makes `a-b-tests` of "A/B tests", and GitHub `ab-tests`.
 */
export const headingAnchor = (heading: string) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
