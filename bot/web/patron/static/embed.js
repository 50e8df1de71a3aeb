// The one tag that puts the chat on a page: it loads the module and adds the element.
(function () {
  var tag = document.currentScript;
  var base = new URL('.', tag.src);
  function add() {
    if (document.querySelector('library-chat')) return;
    var el;
    if ('adoptedStyleSheets' in document) {
      var module = document.createElement('script');
      module.type = 'module';
      module.src = base + 'widget.js';
      document.head.append(module);
      el = document.createElement('library-chat');
      el.setAttribute('server', base.origin);
      for (var key in tag.dataset) if (key !== 'lang' || tag.dataset.lang !== 'auto') el.setAttribute(key, tag.dataset[key]);
    } else {
      el = document.createElement('a');
      el.href = base.origin + '/ask';
      el.textContent = 'Ask the library';
    }
    document.body.append(el);
  }
  document.body ? add() : addEventListener('DOMContentLoaded', add);
})();
