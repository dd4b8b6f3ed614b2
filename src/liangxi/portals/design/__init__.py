"""The look of every portal: tokens, components, base pages, template tags and the style page."""
