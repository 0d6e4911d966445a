// The names, by asking nginx 1.22.1 with its stream module as Debian 12 ships them.
#include "lint/nginx_variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "faults/reader.hpp"
#include "lint/ground_rules.hpp"
#include "lint/nginx_conditions.hpp"

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
    " binary_remote_addr bytes_received bytes_sent connection hostname limit_conn_status msec nginx_version pid "
    "protocol "
    "proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr proxy_protocol_server_port "
    "realip_remote_addr realip_remote_port remote_addr remote_port server_addr server_port session_time "
    "ssl_alpn_protocol ssl_cipher ssl_ciphers ssl_client_cert ssl_client_escaped_cert "
    "ssl_client_fingerprint ssl_client_i_dn ssl_client_raw_cert ssl_client_s_dn ssl_client_serial "
    "ssl_client_v_end ssl_client_v_remain ssl_client_v_start ssl_client_verify ssl_curve ssl_curves "
    "ssl_preread_alpn_protocols ssl_preread_protocol ssl_preread_server_name ssl_protocol ssl_server_name "
    "ssl_session_id ssl_session_reused status time_iso8601 time_local upstream_addr "
    "upstream_bytes_received upstream_bytes_sent upstream_connect_time upstream_first_byte_time "
    "upstream_session_time ";
// With such a prefix, and yet names of nginx's own, which cannot be set.
constexpr std::string_view fixed =
    " http_host http_user_agent http_cookie http_via http_referer http_x_forwarded_for sent_http_location "
    "sent_http_content_type sent_http_cache_control sent_http_link sent_http_content_length sent_http_last_modified "
    "sent_http_connection sent_http_keep_alive sent_http_transfer_encoding ";
// With any name behind them.
constexpr std::string_view prefixes_of_http[] = {"arg_",           "cookie_",          "http_",
                                                 "sent_http_",     "sent_trailer_",    "upstream_cookie_",
                                                 "upstream_http_", "upstream_trailer_"};

// Whose words, from one of them on, are looked through for variables.
struct Looked {
  std::string_view directive;
  std::size_t first;
};
constexpr Looked places[] = {
    {"access_log", 1},
    {"add_header", 2},
    {"add_trailer", 2},
    {"alias", 1},
    {"auth_basic", 1},
    {"auth_basic_user_file", 1},
    {"auth_request_set", 2},
    {"charset", 1},
    {"error_page", 2},
    {"expires", 1},
    {"fastcgi_bind", 1},
    {"fastcgi_cache", 1},
    {"fastcgi_cache_bypass", 1},
    {"fastcgi_cache_key", 1},
    {"fastcgi_no_cache", 1},
    {"fastcgi_param", 2},
    {"fastcgi_pass", 1},
    {"fastcgi_store", 1},
    {"grpc_bind", 1},
    {"grpc_pass", 1},
    {"grpc_set_header", 2},
    {"grpc_ssl_certificate", 1},
    {"grpc_ssl_certificate_key", 1},
    {"grpc_ssl_name", 1},
    {"hash", 1},
    {"http2_push", 1},
    {"index", 1},
    {"limit_conn_zone", 1},
    {"limit_rate", 1},
    {"limit_rate_after", 1},
    {"limit_req_zone", 1},
    {"log_format", 2},
    {"map", 1},
    {"memcached_bind", 1},
    {"proxy_bind", 1},
    {"proxy_cache", 1},
    {"proxy_cache_bypass", 1},
    {"proxy_cache_key", 1},
    {"proxy_cookie_domain", 2},
    {"proxy_cookie_flags", 1},
    {"proxy_cookie_path", 2},
    {"proxy_download_rate", 1},
    {"proxy_method", 1},
    {"proxy_no_cache", 1},
    {"proxy_pass", 1},
    {"proxy_redirect", 2},
    {"proxy_set_body", 1},
    {"proxy_set_header", 2},
    {"proxy_ssl_certificate", 1},
    {"proxy_ssl_certificate_key", 1},
    {"proxy_ssl_name", 1},
    {"proxy_store", 1},
    {"proxy_upload_rate", 1},
    {"return", 1},
    {"rewrite", 2},
    {"root", 1},
    {"scgi_bind", 1},
    {"scgi_cache", 1},
    {"scgi_cache_bypass", 1},
    {"scgi_cache_key", 1},
    {"scgi_no_cache", 1},
    {"scgi_param", 2},
    {"scgi_pass", 1},
    {"scgi_store", 1},
    {"secure_link", 1},
    {"secure_link_md5", 1},
    {"set", 2},
    {"source_charset", 1},
    {"split_clients", 1},
    {"ssl_certificate", 1},
    {"ssl_certificate_key", 1},
    {"sub_filter", 1},
    {"try_files", 1},
    {"uwsgi_bind", 1},
    {"uwsgi_cache", 1},
    {"uwsgi_cache_bypass", 1},
    {"uwsgi_cache_key", 1},
    {"uwsgi_no_cache", 1},
    {"uwsgi_param", 2},
    {"uwsgi_pass", 1},
    {"uwsgi_ssl_certificate", 1},
    {"uwsgi_ssl_certificate_key", 1},
    {"uwsgi_ssl_name", 1},
    {"uwsgi_store", 1},
};
// Those of them that a configuration may set; variables with such a prefix all.
constexpr std::string_view changeable =
    " ancient_browser args invalid_referer limit_rate modern_browser msie proxy_host proxy_port ssl_alpn_protocol "
    "ssl_cipher ssl_ciphers ssl_client_cert ssl_client_escaped_cert ssl_client_fingerprint ssl_client_i_dn "
    "ssl_client_i_dn_legacy ssl_client_raw_cert ssl_client_s_dn ssl_client_s_dn_legacy ssl_client_serial "
    "ssl_client_v_end ssl_client_v_remain ssl_client_v_start ssl_client_verify ssl_curve ssl_curves ssl_early_data "
    "ssl_protocol ssl_server_name ssl_session_id ssl_session_reused uid_reset ";

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
    if (const std::size_t at = made_at(one); one.context != in_entries && at > 0 && at < one.words.size())
      make(one, at);
    for (const Word& word : one.words)  // groups with names: (?<name>…), (?P<name>…), (?'name'…)
      for (std::size_t at = word.text.find("(?"); at != std::string::npos; at = word.text.find("(?", at + 2)) {
        const std::size_t begin = word.text.find_first_of("<'", at);
        if (begin == std::string::npos) break;
        const std::size_t end = word.text.find_first_of(">'", begin + 1);
        if (end != std::string::npos)
          made_.insert(lower(std::string_view{word.text}.substr(begin + 1, end - begin - 1)));
      }
  }
  // The word that names the variable which the directive makes; 0 for none.
  static std::size_t made_at(const Directive& one) {
    const std::string_view name = one.name();
    if (name == "set" || name == "auth_request_set") return 1;
    if (name == "map" || name == "split_clients") return 2;
    return name == "geo" ? one.words.size() - 1 : 0;
  }

  void make(const Directive& one, std::size_t at) {
    const std::string_view text = one.word(at);
    if (!text.starts_with('$') || text.size() < 2) {
      findings_.add(refused, one.spot(at), fmt::format("\"{}\" is no variable; it begins with a $", text));
      return;
    }
    const std::string name = lower(text.substr(1)), listed = " " + name + " ";
    made_.insert(name);
    const bool stream = (one.context & (in_stream | in_stream_server)) != 0;
    const bool own = (stream ? of_stream : of_http).find(listed) != std::string_view::npos &&
                     changeable.find(listed) == std::string_view::npos;
    if (own || (!stream && fixed.find(listed) != std::string_view::npos))
      findings_.add(refused, one.spot(at), fmt::format("${} is a variable of nginx, which cannot be changed", name));
  }

  void look_at(const Directive& one) {
    const bool stream = (one.context & (in_stream | in_stream_server | in_stream_upstream)) != 0;
    if (one.name() == "if" && one.block) {
      for (const std::string_view value : read_condition(one).values) look_through(one, 1, value, stream);
      return;
    }
    if (one.name() == "map" && one.block)
      for (const Directive& row : one.children)
        if (row.name() != "include") look_through(row, 1, row.word(1), stream);
    const auto* place = std::find_if(std::begin(places), std::end(places),
                                     [&](const Looked& some) { return some.directive == one.name(); });
    if (place == std::end(places)) return;
    for (std::size_t i = place->first; i < one.words.size(); ++i) look_through(one, i, one.word(i), stream);
  }

  void look_through(const Directive& one, std::size_t word, std::string_view text, bool stream) {
    for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
      const std::size_t begin = at + (text.substr(at).starts_with("${") ? 2 : 1);
      std::size_t end = begin;
      while (end < text.size() && in_name(text[end])) ++end;
      if (text.substr(at).starts_with("${") && end > begin && (end == text.size() || text[end] != '}'))
        findings_.add(refused, one.spot(word),
                      fmt::format("the brace of ${{{} is not closed behind the name", text.substr(begin, end - begin)));
      else if (end == begin)
        findings_.add(refused, one.spot(word), "a $ with no name of a variable behind it");
      else
        variable(one, word, lower(text.substr(begin, end - begin)), stream);
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
