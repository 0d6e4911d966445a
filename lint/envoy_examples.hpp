// What the examples of Envoy's rules are made of. Literals, because only those join one another.
#pragma once

#define EN_CLUSTER                                                                            \
  "static_resources:\n  clusters:\n  - name: api\n    type: STATIC\n    load_assignment:\n"   \
  "      cluster_name: api\n      endpoints:\n      - lb_endpoints:\n"                        \
  "        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 8081}}}\n" \
  "        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 8082}}}\n"
#define EN_LIMITS                                                                                                      \
  "    circuit_breakers:\n      thresholds:\n      - {max_connections: 100, max_pending_requests: 50, "                \
  "max_requests: 100, max_retries: 10, track_remaining: true}\n      per_host_thresholds:\n      - {max_connections: " \
  "60}\n"
#define EN_ROUTE(ACTION) EN_HTTP(ACTION) EN_ROUTER
#define EN_ROUTER                                              \
  "          - name: envoy.filters.http.router\n"              \
  "            typed_config: {\"@type\": type.googleapis.com/" \
  "envoy.extensions.filters.http.router.v3.Router}\n"
#define EN_HTTP(ACTION)                                                                                        \
  "  listeners:\n  - name: www\n    address: {socket_address: {address: 0.0.0.0, port_value: 8080}}\n"         \
  "    filter_chains:\n    - filters:\n      - name: envoy.filters.network.http_connection_manager\n"          \
  "        typed_config:\n          \"@type\": type.googleapis.com/"                                           \
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager\n"                        \
  "          stat_prefix: www\n          route_config:\n            virtual_hosts:\n            - name: all\n" \
  "              domains: [\"*\"]\n              routes:\n              - match: {prefix: \"/\"}\n"            \
  "                route: " ACTION "\n          http_filters:\n"
