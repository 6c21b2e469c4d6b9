const DIGEST = {{ digest | tojson }}, VERSION = {{ version | tojson }};
const SHELL = [{% for name in shell %}{{ asset(name) | tojson }}, {% endfor %}{% for page in pages %}{{ page | tojson }}, {% endfor %}];
