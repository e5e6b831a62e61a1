/** Says what went wrong; a screen reader says it at once. */
export function Problem({ words }: { readonly words: string | undefined }) {
  return words === undefined ? null : (
    <p class="problem" role="alert">
      {words}
    </p>
  );
}
