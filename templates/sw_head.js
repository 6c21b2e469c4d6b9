const DIGEST = {{ digest | tojson }};
const SHELL = [{% for name in shell %}{{ asset(name) | tojson }}, {% endfor %}"/offline/en", "/offline/es", "/emergency/en", "/emergency/es"];
