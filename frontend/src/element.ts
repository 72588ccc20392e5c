/** Elements are defined once, although a browser may load two versions of the panel one after the other. */
export const define = (tag: string, element: CustomElementConstructor): void => {
  if (customElements.get(tag) === undefined) {
    customElements.define(tag, element);
  }
};
