// The label picker: names open to values, a click picks one.

const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumSignificantDigits: 3 });

export class LabelPicker {
  constructor(root, search, onChange) {
    this.root = root;
    this.search = search;
    this.onChange = onChange;
    this.open = null;
  }

  show(labels) {
    // The first labels a reader would reach for are open from the start.
    this.open ??= new Set(['job', 'app', 'service_name', 'level', 'container', 'namespace'].filter(
      name => labels.some(label => label.name === name && label.values.length > 1)).slice(0, 3));
    if (!this.open.size && labels.length) this.open.add(labels[0].name);
    this.root.replaceChildren(...labels.map(label => this.#label(label)));
    if (!labels.length) {
      const note = document.createElement('p');
      note.className = 'effective';
      note.style.padding = '4px 8px';
      note.textContent = 'None in this span.';
      this.root.append(note);
    }
  }

  #label({ name, values }) {
    const group = document.createElement('details');
    group.className = 'label';
    group.open = this.open.has(name) || values.some(({ value }) => this.search.has(name, value));
    group.ontoggle = () => { group.open ? this.open.add(name) : this.open.delete(name); };
    const head = document.createElement('summary');
    const count = document.createElement('span');
    count.textContent = values.length;
    head.append(name, count);
    const list = document.createElement('div');
    list.className = 'values';
    const most = Math.max(...values.map(one => one.entries));
    const render = limit => {
      list.replaceChildren(...values.slice(0, limit).map(one => this.#value(name, one, most)));
      if (values.length > limit) {
        const more = document.createElement('button');
        more.className = 'quiet';
        more.textContent = `${values.length - limit} more`;
        more.onclick = () => render(Infinity);
        list.append(more);
      }
    };
    render(12);
    group.append(head, list);
    return group;
  }

  #value(name, { value, entries }, most) {
    const button = document.createElement('button');
    button.className = 'value';
    button.type = 'button';
    button.dataset.label = name;
    button.dataset.value = value;
    button.title = `${name}=${value}`;
    button.setAttribute('aria-pressed', String(Boolean(this.search.has(name, value))));
    const text = document.createElement('b');
    text.textContent = value;
    const count = document.createElement('em');
    count.textContent = short.format(entries);
    const bar = document.createElement('i');
    bar.style.width = `calc(${Math.max(2, entries / most * 100)}% - 16px)`;
    button.append(text, count, bar);
    button.onclick = () => {
      this.search.toggle(name, value);
      this.onChange();
    };
    return button;
  }
}
