// The names, by asking nginx 1.22.1 with its stream module as Debian 12 ships them.
#include "lint/nginx_variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"

namespace firedrill::lint::nginx {
namespace {

constexpr std::string_view of_http =
    " ancient_browser args binary_remote_addr body_bytes_sent bytes_sent connection connection_requests "
    "connection_time connections_active connections_reading connections_waiting connections_writing "
    "content_length content_type date_gmt date_local document_root document_uri fastcgi_path_info "
    "fastcgi_script_name grpc_internal_trailers gzip_ratio host hostname http2 https invalid_referer "
    "is_args limit_conn_status limit_rate limit_req_status modern_browser msec msie nginx_version pid "
    "pipe proxy_add_x_forwarded_for proxy_host proxy_internal_body_length proxy_internal_chunked "
    "proxy_port proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr "
    "proxy_protocol_server_port query_string realip_remote_addr realip_remote_port realpath_root "
    "remote_addr remote_port remote_user request request_body request_body_file request_completion "
    "request_filename request_id request_length request_method request_time request_uri scheme "
    "secure_link secure_link_expires server_addr server_name server_port server_protocol slice_range "
    "ssl_alpn_protocol ssl_cipher ssl_ciphers ssl_client_cert ssl_client_escaped_cert "
    "ssl_client_fingerprint ssl_client_i_dn ssl_client_i_dn_legacy ssl_client_raw_cert ssl_client_s_dn "
    "ssl_client_s_dn_legacy ssl_client_serial ssl_client_v_end ssl_client_v_remain ssl_client_v_start "
    "ssl_client_verify ssl_curve ssl_curves ssl_early_data ssl_protocol ssl_server_name ssl_session_id "
    "ssl_session_reused status tcpinfo_rcv_space tcpinfo_rtt tcpinfo_rttvar tcpinfo_snd_cwnd time_iso8601 "
    "time_local uid_got uid_reset uid_set upstream_addr upstream_bytes_received upstream_bytes_sent "
    "upstream_cache_etag upstream_cache_last_modified upstream_cache_status upstream_connect_time "
    "upstream_header_time upstream_response_length upstream_response_time upstream_status uri ";
constexpr std::string_view of_stream =
    " binary_remote_addr bytes_sent connection hostname limit_conn_status msec nginx_version pid protocol "
    "proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr proxy_protocol_server_port "
    "realip_remote_addr realip_remote_port remote_addr remote_port server_addr server_port "
    "ssl_alpn_protocol ssl_cipher ssl_ciphers ssl_client_cert ssl_client_escaped_cert "
    "ssl_client_fingerprint ssl_client_i_dn ssl_client_raw_cert ssl_client_s_dn ssl_client_serial "
    "ssl_client_v_end ssl_client_v_remain ssl_client_v_start ssl_client_verify ssl_curve ssl_curves "
    "ssl_preread_alpn_protocols ssl_preread_protocol ssl_preread_server_name ssl_protocol ssl_server_name "
    "ssl_session_id ssl_session_reused status time_iso8601 time_local upstream_addr "
    "upstream_bytes_received upstream_bytes_sent upstream_connect_time upstream_first_byte_time "
    "upstream_session_time ";
// With any name behind them.
constexpr std::string_view prefixes_of_http[] = {"arg_",           "cookie_",          "http_",
                                                 "sent_http_",     "sent_trailer_",    "upstream_cookie_",
                                                 "upstream_http_", "upstream_trailer_"};

// Whose words, from one of them on, are looked through for variables.
struct Place {
  std::string_view directive;
  std::size_t first;
};
constexpr Place places[] = {{"return", 1},          {"proxy_set_header", 2}, {"add_header", 2},
                            {"fastcgi_param", 2},   {"log_format", 2},       {"set", 2},
                            {"rewrite", 2},         {"proxy_pass", 1},       {"root", 1},
                            {"limit_conn_zone", 1}, {"limit_req_zone", 1},   {"proxy_cache_key", 1},
                            {"fastcgi_pass", 1},    {"try_files", 1},        {"uwsgi_param", 2}};

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string lower(std::string_view text) {
  std::string all{text};
  for (char& c : all) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return all;
}

class VariableCheck {
 public:
  explicit VariableCheck(Findings& findings) : findings_{findings} {}

  void check(const Tree& tree) {
    each(*tree.root, [&](const Directive& one) { define(one); });
    if (foreign_ || tree.ground != in_main) return;
    each(*tree.root, [&](const Directive& one) {
      if (!findings_.full() && one.context != in_entries && one.context != in_unknown) look_at(one);
    });
  }

 private:
  void define(const Directive& one) {
    const std::string_view name = one.name();
    if (name == "load_module") foreign_ = foreign_ || one.word(1).find("stream_module") == std::string_view::npos;
    if (one.context != in_entries)
      for (const std::size_t at : {1U, 2U})
        if (one.word(at).starts_with('$') && makes_variables(name)) made_.insert(lower(one.word(at).substr(1)));
    for (const Word& word : one.words)  // groups with names: (?<name>…), (?P<name>…), (?'name'…)
      for (std::size_t at = word.text.find("(?"); at != std::string::npos; at = word.text.find("(?", at + 2)) {
        const std::size_t begin = word.text.find_first_of("<'", at);
        if (begin == std::string::npos) break;
        const std::size_t end = word.text.find_first_of(">'", begin + 1);
        if (end != std::string::npos)
          made_.insert(lower(std::string_view{word.text}.substr(begin + 1, end - begin - 1)));
      }
  }
  static bool makes_variables(std::string_view name) {
    return name == "set" || name == "map" || name == "geo" || name == "split_clients" || name == "auth_request_set";
  }

  void look_at(const Directive& one) {
    const auto* place = std::find_if(std::begin(places), std::end(places),
                                     [&](const Place& some) { return some.directive == one.name(); });
    if (place == std::end(places)) return;
    const bool stream = (one.context & (in_stream | in_stream_server | in_stream_upstream)) != 0;
    for (std::size_t i = place->first; i < one.words.size(); ++i) {
      const std::string_view text = one.word(i);
      for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
        const std::size_t begin = at + (text.substr(at).starts_with("${") ? 2 : 1);
        std::size_t end = begin;
        while (end < text.size() && in_name(text[end])) ++end;
        if (end > begin) variable(one, i, lower(text.substr(begin, end - begin)), stream);
      }
    }
  }

  void variable(const Directive& one, std::size_t at, const std::string& name, bool stream) {
    if (std::isdigit(static_cast<unsigned char>(name.front())) != 0 || made_.count(name) > 0) return;
    if ((stream ? of_stream : of_http).find(" " + name + " ") != std::string_view::npos) return;
    if (!stream && std::any_of(std::begin(prefixes_of_http), std::end(prefixes_of_http),
                               [&](std::string_view prefix) { return name.starts_with(prefix); }))
      return;
    const std::string near = faults::nearest(name, {made_.begin(), made_.end()});
    findings_.add(refused, one.spot(at),
                  fmt::format("nginx 1.22 has no variable ${}, and nothing here makes one{}", name,
                              near.empty() ? "" : fmt::format("; did you mean ${}?", near)));
  }

  Findings& findings_;
  std::set<std::string> made_;
  bool foreign_ = false;
};

}  // namespace

void check_variables(const Tree& tree, Findings& findings) { VariableCheck{findings}.check(tree); }

}  // namespace firedrill::lint::nginx
