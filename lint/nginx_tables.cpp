// What the words behind a directive may be, where neither its kind nor its place in the file decides it: enumerations,
// bounds of figures, parameters. Each row by asking nginx 1.22.1.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "lint/ground_rules.hpp"
#include "lint/nginx_syntax.hpp"

namespace firedrill::lint::nginx {
namespace {

constexpr std::size_t to_the_end = 100;
constexpr double unbounded = 9.3e18;

// A name that begins with an underscore stands for all that end so: proxy_, fastcgi_ …
struct WordRow {
  std::string_view directive;
  std::size_t first, last;
  std::string_view words;  // between blanks
  bool exact = false;      // else ON is on
};
constexpr WordRow word_rows[] = {
    {"add_header", 3, 3, " always ", true},
    {"add_trailer", 3, 3, " always ", true},
    {"autoindex_format", 1, 1, " html xml json jsonp "},
    {"client_body_in_file_only", 1, 1, " off on clean "},
    {"dav_methods", 1, to_the_end, " off put delete mkcol copy move "},
    {"debug_points", 1, 1, " stop abort "},
    {"fastcgi_cache_use_stale", 1, to_the_end,
     " error timeout invalid_header updating off http_500 http_503 http_403 http_404 http_429 "},
    {"fastcgi_next_upstream", 1, to_the_end,
     " error timeout invalid_header non_idempotent updating off http_500 http_503 http_403 http_404 http_429 "},
    {"grpc_next_upstream", 1, to_the_end,
     " error timeout invalid_header non_idempotent off http_500 http_502 http_503 http_504 http_403 http_404 "
     "http_429 "},
    {"grpc_ssl_protocols", 1, to_the_end, " sslv2 sslv3 tlsv1 tlsv1.1 tlsv1.2 tlsv1.3 "},
    {"gzip_http_version", 1, 1, " 1.0 1.1 "},
    {"gzip_proxied", 1, to_the_end, " off expired no-cache no-store private no_last_modified no_etag auth any "},
    {"gzip_static", 1, 1, " off on always "},
    {"hash", 2, 2, " consistent ", true},
    {"if_modified_since", 1, 1, " off exact before "},
    {"keepalive_disable", 1, to_the_end, " none msie6 safari "},
    {"limit_conn_log_level", 1, 1, " info notice warn error "},
    {"limit_except", 1, to_the_end,
     " get head post put delete mkcol copy move options propfind proppatch lock unlock patch "},
    {"limit_req_log_level", 1, 1, " info notice warn error "},
    {"lingering_close", 1, 1, " off on always "},
    {"proxy_cache_use_stale", 1, to_the_end,
     " error timeout invalid_header updating off http_500 http_502 http_503 http_504 http_403 http_404 http_429 "},
    {"memcached_next_upstream", 1, to_the_end, " error timeout invalid_response not_found off "},
    {"proxy_http_version", 1, 1, " 1.0 1.1 "},
    {"proxy_next_upstream", 1, to_the_end,
     " error timeout invalid_header non_idempotent updating off http_500 http_502 http_503 http_504 http_403 http_404 "
     "http_429 "},
    {"proxy_ssl_protocols", 1, to_the_end, " sslv2 sslv3 tlsv1 tlsv1.1 tlsv1.2 tlsv1.3 "},
    {"random", 1, 1, " two ", true},
    {"random", 2, 2, " least_conn ", true},
    {"rewrite", 3, 3, " last break redirect permanent ", true},
    {"satisfy", 1, 1, " all any "},
    {"scgi_cache_use_stale", 1, to_the_end,
     " error timeout invalid_header updating off http_500 http_503 http_403 http_404 http_429 "},
    {"scgi_next_upstream", 1, to_the_end,
     " error timeout invalid_header non_idempotent updating off http_500 http_503 http_403 http_404 http_429 "},
    {"server_tokens", 1, 1, " off on build "},
    {"ssl_protocols", 1, to_the_end, " sslv2 sslv3 tlsv1 tlsv1.1 tlsv1.2 tlsv1.3 "},
    {"ssl_verify_client", 1, 1, " off on optional optional_no_ca "},
    {"use", 1, 1, " epoll ", true},
    {"userid", 1, 1, " off log v1 on "},
    {"userid_flags", 1, to_the_end,
     " off secure nosecure httponly nohttponly samesite=strict samesite=lax samesite=none nosamesite "},
    {"uwsgi_cache_use_stale", 1, to_the_end,
     " error timeout invalid_header updating off http_500 http_503 http_403 http_404 http_429 "},
    {"uwsgi_next_upstream", 1, to_the_end,
     " error timeout invalid_header non_idempotent updating off http_500 http_503 http_403 http_404 http_429 "},
    {"uwsgi_ssl_protocols", 1, to_the_end, " sslv2 sslv3 tlsv1 tlsv1.1 tlsv1.2 tlsv1.3 "},
    {"_cache_methods", 1, to_the_end, " get head post "},
    {"_ignore_headers", 1, to_the_end,
     " x-accel-redirect x-accel-expires x-accel-limit-rate x-accel-buffering x-accel-charset expires cache-control "
     "set-cookie vary "},
    {"_param", 3, 3, " if_not_empty ", true},
};

struct FigureRow {
  std::string_view directive;
  std::size_t word;
  Kind kind;
  double least, most = unbounded;
};
constexpr FigureRow figure_rows[] = {
    {"connection_pool_size", 1, Kind::size, 112},
    {"gunzip_buffers", 1, Kind::number, 1},
    {"gunzip_buffers", 2, Kind::size, 1},
    {"gzip_buffers", 1, Kind::number, 1},
    {"gzip_buffers", 2, Kind::size, 1},
    {"gzip_comp_level", 1, Kind::number, 1, 9},
    {"http2_chunk_size", 1, Kind::size, 1},
    {"http2_pool_size", 1, Kind::size, 112},
    {"keepalive", 1, Kind::number, 1},
    {"keepalive_timeout", 1, Kind::time, 0},
    {"keepalive_timeout", 2, Kind::long_time, 0},
    {"large_client_header_buffers", 1, Kind::number, 1},
    {"large_client_header_buffers", 2, Kind::size, 1},
    {"limit_conn", 2, Kind::number, 1, 65535},
    {"limit_conn_status", 1, Kind::number, 400, 599},
    {"limit_req_status", 1, Kind::number, 400, 599},
    {"output_buffers", 1, Kind::number, 1},
    {"output_buffers", 2, Kind::size, 1},
    {"proxy_headers_hash_bucket_size", 1, Kind::number, 1},
    {"proxy_headers_hash_max_size", 1, Kind::number, 1},
    {"request_pool_size", 1, Kind::size, 112},
    {"types_hash_bucket_size", 1, Kind::number, 1},
    {"types_hash_max_size", 1, Kind::number, 1},
    {"uwsgi_modifier1", 1, Kind::number, 0, 255},
    {"uwsgi_modifier2", 1, Kind::number, 0, 255},
    {"variables_hash_bucket_size", 1, Kind::number, 1},
    {"variables_hash_max_size", 1, Kind::number, 1},
    {"worker_connections", 1, Kind::number, 1},
    {"fastcgi_buffers", 1, Kind::number, 1},
    {"fastcgi_buffers", 2, Kind::size, 1},
    {"proxy_buffers", 1, Kind::number, 1},
    {"proxy_buffers", 2, Kind::size, 1},
    {"scgi_buffers", 1, Kind::number, 1},
    {"scgi_buffers", 2, Kind::size, 1},
    {"uwsgi_buffers", 1, Kind::number, 1},
    {"uwsgi_buffers", 2, Kind::size, 1},
};

// Behind which word of a directive parameters begin, and what they are called; a "=" belongs to the name.
struct ParameterRow {
  std::string_view directive;
  std::size_t first;
  std::string_view name;
  Kind kind = Kind::any;
  double least = 0, most = unbounded;
};
constexpr ParameterRow parameter_rows[] = {
    {"access_log", 3, "buffer=", Kind::size, 1},
    {"access_log", 3, "flush=", Kind::time, 0.001},
    {"access_log", 3, "gzip"},
    {"access_log", 3, "gzip=", Kind::number, 1, 9},
    {"access_log", 3, "if="},
    {"limit_req", 1, "burst=", Kind::number, 1},
    {"limit_req", 1, "delay=", Kind::number, 1},
    {"limit_req", 1, "nodelay"},
    {"limit_req", 1, "zone="},
    {"limit_req_zone", 2, "rate="},
    {"limit_req_zone", 2, "zone="},
    {"listen", 2, "accept_filter="},
    {"listen", 2, "backlog=", Kind::number, 1},
    {"listen", 2, "bind"},
    {"listen", 2, "default"},
    {"listen", 2, "default_server"},
    {"listen", 2, "deferred"},
    {"listen", 2, "fastopen=", Kind::number},
    {"listen", 2, "http2"},
    {"listen", 2, "ipv6only=", Kind::flag},
    {"listen", 2, "proxy_protocol"},
    {"listen", 2, "rcvbuf=", Kind::size},
    {"listen", 2, "reuseport"},
    {"listen", 2, "sndbuf=", Kind::size},
    {"listen", 2, "so_keepalive="},
    {"listen", 2, "spdy"},
    {"listen", 2, "ssl"},
    {"open_file_cache", 1, "inactive=", Kind::long_time},
    {"open_file_cache", 1, "max=", Kind::number, 1},
    {"open_file_cache", 1, "off"},
    {"open_log_file_cache", 1, "inactive=", Kind::long_time},
    {"open_log_file_cache", 1, "max=", Kind::number, 1},
    {"open_log_file_cache", 1, "min_uses=", Kind::number, 1},
    {"open_log_file_cache", 1, "off"},
    {"open_log_file_cache", 1, "valid=", Kind::long_time},
    {"server", 2, "backup"},
    {"server", 2, "down"},
    {"server", 2, "fail_timeout=", Kind::long_time},
    {"server", 2, "max_conns=", Kind::number},
    {"server", 2, "max_fails=", Kind::number},
    {"server", 2, "weight=", Kind::number, 1},
    {"thread_pool", 2, "max_queue=", Kind::number},
    {"thread_pool", 2, "threads=", Kind::number, 1},
    {"_cache_path", 2, "inactive=", Kind::long_time},
    {"_cache_path", 2, "keys_zone="},
    {"_cache_path", 2, "levels="},
    {"_cache_path", 2, "loader_files=", Kind::number},
    {"_cache_path", 2, "loader_sleep=", Kind::time},
    {"_cache_path", 2, "loader_threshold=", Kind::time},
    {"_cache_path", 2, "manager_files=", Kind::number},
    {"_cache_path", 2, "manager_sleep=", Kind::time},
    {"_cache_path", 2, "manager_threshold=", Kind::time},
    {"_cache_path", 2, "max_size=", Kind::large_size},
    {"_cache_path", 2, "min_free=", Kind::large_size},
    {"_cache_path", 2, "use_temp_path=", Kind::flag},
};
// Only nginx Plus has them.
constexpr std::string_view paid_parameters = " drain resolve route= service= slow_start= state= purger= sync ";

// In stream, what listen takes there and what of it is for TCP alone; a "=" belongs to the name.
constexpr std::string_view stream_listen =
    " backlog= bind fastopen= ipv6only= proxy_protocol rcvbuf= reuseport sndbuf= so_keepalive= ssl udp ";
constexpr std::string_view not_of_udp = " backlog= fastopen= proxy_protocol so_keepalive= ssl ";

bool is_about(std::string_view row, std::string_view directive) {
  return row.starts_with('_') ? directive.ends_with(row) : row == directive;
}

bool is_listed(std::string_view words, std::string_view word, bool exact) {
  for (std::size_t at = 1; at < words.size();) {
    const std::size_t end = words.find(' ', at);
    const std::string_view one = words.substr(at, end - at);
    if (exact ? one == word : same_word(one, word)) return true;
    at = end + 1;
  }
  return false;
}

class Rows {
 public:
  explicit Rows(Findings& findings) : findings_{findings} {}

  void check(const Directive& one) {
    for (const WordRow& row : word_rows)
      if (is_about(row.directive, one.name())) words(row, one);
    for (const FigureRow& row : figure_rows)
      if (row.directive == one.name() && row.word < one.words.size())
        figure(row.kind, row.least, row.most, one, row.word, one.name(), one.word(row.word));
    const auto* row = std::find_if(std::begin(parameter_rows), std::end(parameter_rows),
                                   [&](const ParameterRow& some) { return is_about(some.directive, one.name()); });
    if (row == std::end(parameter_rows) || one.block) return;
    for (std::size_t i = row->first; i < one.words.size(); ++i) parameter(one, i);
  }

 private:
  void words(const WordRow& row, const Directive& one) {
    if (one.name().ends_with("_next_upstream") && is_stream(one)) return;  // on or off, there
    for (std::size_t i = row.first; i <= row.last && i < one.words.size(); ++i)
      if (!is_listed(row.words, one.word(i), row.exact))
        findings_.add(refused, one.spot(i),
                      fmt::format("{} has no \"{}\" here; it has:{}", one.name(), one.word(i),
                                  row.words.substr(0, row.words.size() - 1)));
  }

  void figure(Kind kind, double least, double most, const Directive& one, std::size_t at, std::string_view name,
              std::string_view text) {
    const auto value = value_of(kind, text);
    if (!value)
      findings_.add(refused, one.spot(at), fmt::format("{} takes {}, not \"{}\"", name, wanted(kind), text));
    else if (*value < least || *value > most)
      findings_.add(refused, one.spot(at),
                    most == unbounded ? fmt::format("{} takes {:g} or more, not {}", name, least, text)
                                      : fmt::format("{} takes {:g} to {:g}, not {}", name, least, most, text));
  }

  void parameter(const Directive& one, std::size_t at) {
    const std::string_view word = one.word(at);
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string_view key = word.substr(0, std::min(equals + 1, word.size()));
    const auto* row = std::find_if(std::begin(parameter_rows), std::end(parameter_rows), [&](const ParameterRow& some) {
      return is_about(some.directive, one.name()) && some.name == key;
    });
    const bool of_stream = is_stream(one) && one.name() == "listen";
    if (of_stream && !is_listed(stream_listen, key, true)) {
      findings_.add(refused, one.spot(at), fmt::format("listen has no parameter \"{}\" in stream", word));
      return;
    }
    if (of_stream && one.has("udp") && is_listed(not_of_udp, key, true))
      findings_.add(refused, one.spot(at), fmt::format("{} goes with TCP alone, not with udp", word));
    if (row != std::end(parameter_rows)) {
      if (row->kind != Kind::any)
        figure(row->kind, row->least, row->most, one, at, word.substr(0, equals), word.substr(key.size()));
    } else if (!of_stream) {
      findings_.add(refused, one.spot(at),
                    fmt::format("{} has no parameter \"{}\"{}", one.name(), word,
                                is_listed(paid_parameters, key, true) ? "; nginx Plus has" : ""));
    }
  }

  Findings& findings_;
};

}  // namespace

void check_tables(const Tree& tree, Findings& findings) {
  Rows rows{findings};
  each(*tree.root, [&](const Directive& one) {
    if (!findings.full() && one.context != in_entries && one.context != in_unknown) rows.check(one);
  });
}

}  // namespace firedrill::lint::nginx
