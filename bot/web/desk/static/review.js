// Single keys for the review queue: each presses the button or link that is marked with it.
addEventListener('keydown', (event) => {
	if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
	if (event.target.closest('input, textarea, select, [contenteditable]')) return;
	const marked = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
	if (!marked) return;
	event.preventDefault();
	marked.click();
});
