// A link or search box with a question opens the chat in place; without scripts it leads to /chat or /ask.
const chat = document.querySelector('library-chat') ?? null;
const find = () => chat ?? document.querySelector('library-chat');

function ask(event, question) {
  const element = find();
  if (!question || !element?.send) return;
  event.preventDefault();
  element.open();
  element.send(question);
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-ask]');
  if (link) ask(event, link.dataset.ask);
});

document.querySelector('form.search')?.addEventListener('submit', (event) => {
  const box = event.target.elements.q;
  ask(event, box.value.trim());
  if (event.defaultPrevented) box.value = '';
});

// The full page takes the question along in its address, once.
const question = new URLSearchParams(location.search).get('q')?.trim();
if (question && chat) {
  history.replaceState(null, '', location.pathname);
  customElements.whenDefined('library-chat').then(() => chat.send(question));
}
