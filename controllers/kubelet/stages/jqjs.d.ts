declare module '@michaelhomer/jqjs' {
  /** @throws a text that says what is wrong */
  function compile(program: string): (input: unknown) => Iterable<unknown>;
  const jq: { compile: typeof compile };
  export default jq;
}
