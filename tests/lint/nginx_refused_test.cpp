// Line by line: what nginx refuses is never called good, what it takes is never called wrong. The real one is asked
// each time.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <string>

#include "tests/lint/rig.hpp"
#include "tests/support/child_process.hpp"

namespace firedrill::tests {
namespace {

constexpr const char* nginx_base = R"(worker_processes 2;
#MAIN
events {
  worker_connections 1000;
  #EVENTS
}
http {
  #HTTP
  upstream api {
    #UPSTREAM
    server 127.0.0.1:18081;
    server 127.0.0.1:18082;
  }
  server {
    listen 127.0.0.1:18080;
    #SERVER
    location / {
      #LOCATION
      proxy_pass http://api;
    }
  }
}
)";

#define NG_STREAM "load_module /usr/lib/nginx/modules/ngx_stream_module.so; stream { "
#define NG_TO " proxy_pass 127.0.0.1:18081; } "
constexpr const char* stream_module = "/usr/lib/nginx/modules/ngx_stream_module.so";

struct NginxLine {
  const char *place, *text;
};
void PrintTo(const NginxLine& line, std::ostream* out) { *out << line.text; }

class NginxLines : public testing::TestWithParam<NginxLine> {
 protected:
  void SetUp() override {
    if (program({"/usr/sbin/nginx"}).empty())
      GTEST_SKIP() << "!!! NOT TESTED: install the Debian package nginx (./dev test does that)";
    if (GetParam().place == std::string{"STREAM"} && !std::filesystem::exists(stream_module))
      GTEST_SKIP() << "!!! NOT TESTED: install the Debian package libnginx-mod-stream (./dev test does that)";
  }
  static std::string text() {
    std::string text = nginx_base;
    const bool stream = GetParam().place == std::string{"STREAM"};
    const std::string mark = std::string{"#"} + (stream ? "MAIN" : GetParam().place);
    return text.replace(
        text.find(mark), mark.size(),
        stream ? fmt::format("load_module {};\nstream {{\n  {}\n}}", stream_module, GetParam().text) : GetParam().text);
  }
  bool is_refused() {
    const std::string path = directory_.write("nginx.conf", text());
    return run({"/usr/sbin/nginx", "-t", "-q", "-e", "stderr", "-g", "pid /dev/null; error_log stderr;", "-c", path})
               .code != 0;
  }
  static std::string found() {
    const auto checked = check_text("nginx.conf", text());
    return checked->told("FD01") + checked->told("FD02") + checked->told("FD03");
  }

 private:
  TemporaryDirectory directory_;
};

class RefusedNginxLines : public NginxLines {};
class GoodNginxLines : public NginxLines {};

TEST_P(RefusedNginxLines, AreNeverGood) {
  EXPECT_TRUE(is_refused()) << GetParam().text;
  EXPECT_NE(found(), "") << GetParam().text;
}

TEST_P(GoodNginxLines, AreNeverWrong) {
  EXPECT_FALSE(is_refused()) << GetParam().text;
  EXPECT_EQ(found(), "") << GetParam().text;
}

constexpr NginxLine refused_lines[] = {
    {"MAIN", "worker_priority --1;"},
    {"MAIN", "worker_cpu_affinity 012;"},
    {"MAIN", "thread_pool p threads=0;"},
    {"MAIN", "thread_pool p max_queue=5;"},
    {"MAIN", "thread_pool p threads=1; thread_pool p threads=2;"},
    {"MAIN", "debug_points foo;"},
    {"MAIN", NG_STREAM "server { listen 18091; proxy_ssl on; proxy_ssl_verify on;" NG_TO "}"},
    {"MAIN", NG_STREAM "server { listen 18091;" NG_TO "server { listen *:18091;" NG_TO "}"},
    {"MAIN", NG_STREAM "server { listen 18091; access_log /dev/null;" NG_TO "}"},
    {"MAIN", NG_STREAM "server { listen 18091; proxy_next_upstream error;" NG_TO "}"},
    {"EVENTS", "use nosuch;"},
    {"EVENTS", "debug_connection 1.2.3.4/99;"},
    {"HTTP", "gzip_comp_level 10;"},
    {"HTTP", "gzip_buffers 0 4k;"},
    {"HTTP", "gzip_http_version 2.0;"},
    {"HTTP", "gzip_disable \"(\";"},
    {"HTTP", "keepalive_timeout 5s 5ms;"},
    {"HTTP", "client_max_body_size 99999999999999999999;"},
    {"HTTP", "log_format a \"$\";"},
    {"HTTP", "log_format a escape=foo '$uri';"},
    {"HTTP", "access_log /dev/null combined buffer=5x;"},
    {"HTTP", "access_log syslog:server=127.0.0.1,facility=foo;"},
    {"HTTP", "resolver 127.0.0.1 valid=5x;"},
    {"HTTP", "map $uri x { a b; }"},
    {"HTTP", "map $nosuch $x { a b; }"},
    {"HTTP", "map $uri $x { a $nosuch; }"},
    {"HTTP", "map $uri $x { ~( b; }"},
    {"HTTP", "map $uri $host { a b; }"},
    {"HTTP", "geo $x { 1.2.3.4/33 a; }"},
    {"HTTP", "split_clients $uri $x { 60% a; 60% b; }"},
    {"HTTP", "split_clients $uri $x { 0.555% a; * b; }"},
    {"HTTP", "charset_map a b { xx yy; }"},
    {"HTTP", "limit_conn_zone $uri zone=a:1m; limit_conn a 0;"},
    {"HTTP", "limit_conn_zone $uri zone=a:1m; limit_conn a 5; limit_conn a 6;"},
    {"HTTP", "limit_req_zone $uri zone=a:1m rate=1r/s; limit_req zone=a; limit_req zone=a burst=5;"},
    {"HTTP", "proxy_cache_valid $uri;"},
    {"HTTP", "limit_req_status 200;"},
    {"HTTP", "limit_req_zone $uri zone=a:1m rate=1x;"},
    {"HTTP", "proxy_cache_path /tmp keys_zone=a;"},
    {"HTTP", "proxy_cache_path /tmp keys_zone=a:1m levels=3;"},
    {"HTTP", "proxy_cache nosuch;"},
    {"HTTP", "proxy_cache_valid 999 5m;"},
    {"HTTP", "proxy_cache_use_stale foo;"},
    {"HTTP", "proxy_buffers 1 4k;"},
    {"HTTP", "proxy_buffer_size 128k;"},
    {"HTTP", "proxy_busy_buffers_size 1k;"},
    {"HTTP", "proxy_redirect foo;"},
    {"HTTP", "proxy_bind 1.2.3.400;"},
    {"HTTP", "proxy_ssl_protocols TLSv9;"},
    {"HTTP", "ssl_session_cache shared:a;"},
    {"HTTP", "ssl_certificate /nonexistent;"},
    {"HTTP", "root $document_root;"},
    {"HTTP", "error_page 999 /x;"},
    {"HTTP", "error_page 499 /x;"},
    {"HTTP", "error_page 404 =x /y;"},
    {"HTTP", "deny 300.1.1.1;"},
    {"HTTP", "allow 1.2.3.4/33;"},
    {"HTTP", "expires @25h;"},
    {"HTTP", "expires modified;"},
    {"HTTP", "add_header X y z;"},
    {"HTTP", "open_file_cache inactive=5s;"},
    {"HTTP", "fastcgi_split_path_info ^x$;"},
    {"HTTP", "connection_pool_size 10;"},
    {"HTTP", "aio threads=nosuch;"},
    {"HTTP", "server_tokens maybe;"},
    {"HTTP", "log_format combined $uri;"},
    {"HTTP", "access_log /dev/null combined flush=5s;"},
    {"HTTP", "access_log /dev/null combined buffer=32k flush=0;"},
    {"HTTP", "access_log syslog:server=127.0.0.1 combined buffer=32k;"},
    {"HTTP", "access_log /tmp/$host combined gzip;"},
    {"HTTP", "access_log off combined;"},
    {"HTTP", "disable_symlinks from=/x;"},
    {"HTTP", "disable_symlinks off from=/x;"},
    {"HTTP", "disable_symlinks on if_not_owner;"},
    {"HTTP", "geo $x { default a; ranges; 10.0.0.0-10.0.0.1 b; }"},
    {"HTTP", "geo $x { ranges; 10.0.0.9-10.0.0.1 b; }"},
    {"HTTP", "geo $x { ranges; 10.0.0.0/8 b; }"},
    {"HTTP", "geo $x { ranges; delete 10.0.0.1; }"},
    {"HTTP", "large_client_header_buffers 4 1;"},
    {"HTTP", "connection_pool_size 16k;"},
    {"HTTP", "memcached_next_upstream http_404;"},
    {"HTTP", "proxy_next_upstream not_found;"},
    {"HTTP", "upstream b { server 127.0.0.1:80 backup; server 127.0.0.1:81 backup; }"},
    {"HTTP", "server { listen 18091 default_server; } server { listen *:18091 default_server; }"},
    {"HTTP", "server { listen 18091-18093 default_server; } server { listen 0.0.0.0:18092 default; }"},
    {"HTTP", "server { listen [::]:18091 default_server; } server { listen [::0]:18091 default_server; }"},
    {"HTTP", "server { listen 18091 backlog=5; } server { listen 18091 deferred; }"},
    {"UPSTREAM", "server 127.0.0.1:80 slow_start=5s;"},
    {"UPSTREAM", "server 127.0.0.1:80 resolve;"},
    {"UPSTREAM", "server :80;"},
    {"UPSTREAM", "server [::1:80;"},
    {"UPSTREAM", "server http://127.0.0.1:80;"},
    {"UPSTREAM", "server 256.1.1.1:80;"},
    {"UPSTREAM", "server 127.0.0.1:99999;"},
    {"UPSTREAM", "ip_hash; server 127.0.0.1:80 backup;"},
    {"UPSTREAM", "hash $uri foo;"},
    {"UPSTREAM", "hash $nosuch;"},
    {"UPSTREAM", "random three;"},
    {"SERVER", "set $uri a;"},
    {"SERVER", "set $http_host a;"},
    {"SERVER", "set x y;"},
    {"SERVER", "set $x $nosuch;"},
    {"SERVER", "if ($nosuch) { return 403; }"},
    {"SERVER", "if ($uri == a) { }"},
    {"SERVER", "if (uri = a) { }"},
    {"SERVER", "if ($uri ~ \"(\") { }"},
    {"SERVER", "if ($uri = a && $host = b) { }"},
    {"SERVER", "if (-q /x) { }"},
    {"SERVER", "if (-f) { }"},
    {"SERVER", "rewrite a b foo;"},
    {"SERVER", "listen 18090 ssl;"},
    {"SERVER", "listen 127.1:18080;"},
    {"SERVER", "listen 18090-18092; listen 18091;"},
    {"SERVER", "location ~ ^/a { proxy_pass http://127.0.0.1/b/; }"},
    {"SERVER", "location ~* ^/a { proxy_pass http://api?a=b; }"},
    {"SERVER", "location @a { proxy_pass http://unix:/a:/b; }"},
    {"SERVER", "location /a { if ($uri) { proxy_pass http://127.0.0.1/; } }"},
    {"SERVER", "location /a { limit_except GET { proxy_pass http://127.0.0.1/b; } }"},
    {"SERVER", "location /a { grpc_pass grpc://127.0.0.1; }"},
    {"SERVER", "location /a { grpc_pass grpc://127.0.0.1:80/b; }"},
    {"SERVER", "location /a { fastcgi_next_upstream error http_502; }"},
    {"SERVER", "location /a { grpc_next_upstream updating; }"},
    {"SERVER", "location /a { proxy_redirect default; proxy_pass http://api; }"},
    {"SERVER", "location /a { proxy_pass http://$host; proxy_redirect default; }"},
    {"SERVER", "location /a { proxy_ssl_verify on; proxy_pass https://api; }"},
    {"SERVER", "location /a { uwsgi_ssl_verify on; uwsgi_pass $host; }"},
    {"SERVER", "location /a { proxy_ssl_certificate /x; proxy_pass https://api; }"},
    {"SERVER", "listen 127.0.0.1:80-70;"},
    {"SERVER", "listen 18090 backlog=abc;"},
    {"SERVER", "listen 18090 so_keepalive=maybe;"},
    {"SERVER", "listen 18090 setfib=1;"},
    {"SERVER", "listen unix:;"},
    {"SERVER", "ssl on;"},
    {"SERVER", "try_files $uri =1000;"},
    {"SERVER", "location ~ *.php { }"},
    {"SERVER", "location /a { location /b { } }"},
    {"SERVER", "location @a { location /b { } }"},
    {"SERVER", "location = /a { location /a/b { } }"},
    {"SERVER", "location /a { location @b { } }"},
    {"SERVER", "location /a { proxy_pass http://api:8080; }"},
    {"SERVER", "location /a { proxy_pass http://127.0.0.1:99999; }"},
    {"SERVER", "location /a { proxy_pass http://unix:; }"},
    {"SERVER", "location /a { fastcgi_pass 127.0.0.1; }"},
    {"SERVER", "location /a { root /x; alias /y; }"},
    {"LOCATION", "proxy_http_version 1.1; proxy_http_version 1.1;"},
    {"LOCATION", "proxy_redirect off; proxy_redirect /a /b;"},
    {"LOCATION", "proxy_cookie_path /a /b; proxy_cookie_path off;"},
    {"LOCATION", "proxy_cookie_flags off; proxy_cookie_flags off;"},
    {"LOCATION", "proxy_cookie_flags a;"},
    {"LOCATION", "proxy_send_timeout 1s1m;"},
    {"LOCATION", "proxy_read_timeout $uri;"},
    {"LOCATION", "limit_except FOO { deny all; }"},
    {"LOCATION", "dav_access user:x;"},
    {"LOCATION", "proxy_set_body $nosuch;"},
    {"SERVER", "ssl_verify_client maybe;"},
    {"HTTP", "proxy_cache_path /tmp/a keys_zone=a:1m; proxy_cache_path /tmp/b keys_zone=a:1m;"},
    {"HTTP", "proxy_cache_path /tmp/a keys_zone=a:1m; proxy_cache_path /tmp/a keys_zone=b:1m;"},
    {"HTTP", "proxy_cache_path /tmp/a keys_zone=a:1m; proxy_temp_path /tmp/a;"},
    {"HTTP", "proxy_cache_path /tmp/a keys_zone=a:1m; fastcgi_cache_path /tmp/b keys_zone=a:1m;"},
    {"HTTP", "limit_req_zone $uri zone=a:1m rate=1r/s; limit_conn_zone $uri zone=a:1m;"},
    {"HTTP", "limit_req_zone $uri zone=a:1m rate=1r/s; upstream a { zone a 1m; server 127.0.0.1:80; }"},
    {"HTTP", "ssl_session_cache shared:a:1m; limit_conn_zone $uri zone=a:1m;"},
    {"HTTP", "ssl_session_cache shared:a:1m; server { listen 18090; ssl_session_cache shared:a:2m; }"},
    {"HTTP", "upstream a { zone z 128k; server 127.0.0.1:80; } upstream b { zone z 64k; server 127.0.0.1:80; }"},
    {"UPSTREAM", "zone api2;"},
    {"UPSTREAM", "keepalive 0;"},
    {"LOCATION", "proxy_set_header X \"${host\";"},
    {"LOCATION", "add_header X \"${host-b}\";"},
    {"SERVER", "if ($host = \"${uri\") { return 403; }"},
    {"HTTP", "map $uri $x { a \"${host\"; }"},
    {"SERVER", "listen 127.0.0.1; listen 127.0.0.1:80;"},
    {"SERVER", "listen 18090; listen 0.0.0.0:18090;"},
    {"SERVER", "listen [::1]:18090; listen [0::1]:18090;"},
    {"SERVER", "listen 18090; listen 18089-18091;"},
    {"SERVER", "listen unix:/tmp/a; listen unix:/tmp/a;"},
    {"HTTP", "server { listen 18090 backlog=5; } server { listen *:18090 backlog=6; }"},
    {"HTTP", "server { listen 18090 reuseport; } server { listen 18090 reuseport; }"},
    {"SERVER", "location @a { alias /x; }"},
    {"SERVER", "location /a { grpc_pass http://api; }"},
    {"SERVER", "location /a { grpc_pass grpc://api/x; }"},
    {"LOCATION", "access_log off mine;"},
    {"LOCATION", "access_log off combined;"},
    {"HTTP", "access_log /dev/null buffer=5k;"},
    {"HTTP", "access_log /dev/null combined flush=1m;"},
    {"HTTP", "access_log /tmp/$uri combined buffer=5k;"},
    {"HTTP", "access_log syslog:server=127.0.0.1 combined buffer=5k;"},
    {"HTTP",
     "access_log /dev/null combined buffer=5k; server { listen 18090; access_log /dev/null combined buffer=6k; }"},
    {"LOCATION", "access_log /dev/null combined gzip; access_log /dev/null combined buffer=64k;"},
    {"HTTP", "limit_req_zone $uri zone=:1m rate=1r/s;"},
    {"HTTP", "proxy_cache_path /tmp/a keys_zone=a:1m; fastcgi_cache a;"},
    {"HTTP", "userid_mark ab;"},
    {"LOCATION", "limit_rate_after $nosuch;"},
    {"LOCATION", "uwsgi_cache_key $nosuch;"},
    {"HTTP", "types_hash_max_size 0;"},
    {"HTTP", "variables_hash_bucket_size 0;"},
    {"HTTP", "proxy_headers_hash_max_size 0;"},
    {"LOCATION", "sub_filter \"\" b;"},
    {"LOCATION", "mirror /x; mirror off;"},
    {"LOCATION", "uwsgi_modifier1 300;"},
    {"STREAM", "server { listen 18090; return 1; access_log /dev/null; }"},
    {"STREAM", "server { listen 18090; return 1; access_log /dev/null combined; }"},
    {"STREAM", "server { listen 18090; return 1; } server { listen *:18090; return 1; }"},
    {"STREAM", "server { listen 18090 udp; return 1; } server { listen 18090 udp; return 1; }"},
    {"STREAM", "server { listen 18090 default_server; return 1; }"},
    {"STREAM", "server { listen 18090 http2; return 1; }"},
    {"STREAM", "server { listen 18090 deferred; return 1; }"},
    {"STREAM", "server { listen 18090 udp backlog=5; return 1; }"},
    {"STREAM", "limit_conn_zone $remote_addr zone=z:1m; upstream a { zone z 1m; server 127.0.0.1:80; }"},
    {"STREAM", "server { listen 18090; return $nosuch; }"},
    {"STREAM", "server { listen 18090; proxy_pass 127.0.0.1:80; proxy_upload_rate $nosuch; }"},
};

constexpr NginxLine good_nginx_lines[] = {
    {"MAIN", "worker_priority -10;"},
    {"MAIN", "worker_cpu_affinity auto 01;"},
    {"MAIN", "thread_pool default threads=32 max_queue=65536;"},
    {"MAIN", NG_STREAM "server { listen 18091; proxy_ssl_verify on;" NG_TO "server { listen 18091 udp;" NG_TO "}"},
    {"MAIN", NG_STREAM "log_format combined $remote_addr; server { listen 18091; proxy_next_upstream on;" NG_TO "}"},
    {"EVENTS", "use epoll; debug_connection 10.0.0.0/8; debug_connection unix:;"},
    {"HTTP", "gzip_static always; gzip_vary On; gzip_proxied Expired any;"},
    {"HTTP", "lingering_close always; client_body_in_file_only clean; server_tokens build; userid log;"},
    {"HTTP", "ssl_verify_client optional_no_ca;"},
    {"HTTP", "ssl_verify_client optional; ssl_session_cache builtin:1000 shared:S:10m;"},
    {"HTTP", "send_timeout 1m30; client_body_timeout \"1d 2h\"; open_file_cache_valid 1M;"},
    {"HTTP", "map \"$uri:$host\" $x { default 0; \"~^/a (b)\" $1; ~*\\.x$ $host; volatile; }"},
    {"HTTP", "map $http_x $arg_x { default 5; } limit_rate $arg_x;"},
    {"HTTP", "geo $x { proxy 10.0.0.0/8; proxy_recursive; delete 1.2.3.0/24; default z; ::1 b; }"},
    {"HTTP", "geo $x { ranges; default z; 10.0.0.0-10.0.0.255 a; }"},
    {"HTTP", "split_clients $uri $x { .5% a; 99.5% b; * c; }"},
    {"HTTP", "charset_map koi8-r utf-8 { 80 E282AC; }"},
    {"HTTP", "log_format j escape=json '{\"a\":\"$uri\",\"b\":$request_time}'; access_log off;"},
    {"HTTP", "access_log /dev/null combined buffer=32k flush=5m gzip=4 if=$uri;"},
    {"HTTP", "access_log syslog:server=127.0.0.1:514,facility=local7,tag=a_b,severity=info combined;"},
    {"HTTP", "open_file_cache max=1000 inactive=20s; open_log_file_cache off;"},
    {"HTTP", "limit_req_zone $uri zone=a:1m rate=5; limit_req zone=a burst=5 delay=3;"},
    {"HTTP", "proxy_cache off; proxy_store off; proxy_bind off; proxy_redirect off; expires off; auth_basic off;"},
    {"HTTP", "proxy_buffers 4 256k; proxy_buffer_size 128k; proxy_busy_buffers_size 256k;"},
    {"HTTP",
     "proxy_bind $remote_addr transparent; proxy_cookie_path off; proxy_cache_valid any 1m; proxy_cache_valid 5m;"},
    {"HTTP", "error_page 404 =200 /x; error_page 500 502 = /y; error_page 403 http://x/$uri;"},
    {"HTTP", "expires modified +24h; allow unix:; allow 2001:db8::/32; deny all;"},
    {"HTTP", "resolver 127.0.0.1 [::1]:5353 valid=30s ipv6=off; fastcgi_param HTTPS $https if_not_empty;"},
    {"HTTP", "fastcgi_split_path_info ^(.+\\.php)(.*)$; gzip_disable msie6 \"foo.*bar\";"},
    {"HTTP", "geo $x { proxy 10.0.0.0/8; proxy_recursive; ranges; default z; delete 10.0.0.1-10.0.0.2; }"},
    {"HTTP", "access_log /dev/null combined gzip flush=5s; access_log /tmp/$host combined if=$uri;"},
    {"HTTP", "disable_symlinks from=$document_root if_not_owner; proxy_next_upstream ERROR updating;"},
    {"HTTP", "connection_pool_size 256; large_client_header_buffers 4 256; memcached_next_upstream not_found;"},
    {"HTTP", "upstream b { server 127.0.0.1:80 backup; server 127.0.0.1:81 down; }"},
    {"HTTP", "server { listen 18091 default_server; } server { listen 127.0.0.1:18091 default_server; }"},
    {"HTTP", "server { listen 18091 default_server backlog=5; listen [::]:18091 deferred; } server { listen 18091; }"},
    {"UPSTREAM", "hash $request_uri consistent;"},
    {"UPSTREAM", "random two least_conn;"},
    {"UPSTREAM", "server unix:/tmp/a.sock weight=5 max_fails=0 fail_timeout=0 backup; server [::1]:8080 down;"},
    {"SERVER", "listen [::1]:18093 ipv6only=on; listen *:18095; listen 127.1:18096; listen 18097-18098 deferred;"},
    {"SERVER", "listen 127.0.0.1:18092 so_keepalive=30m:: fastopen=3 backlog=10 rcvbuf=64k;"},
    {"SERVER", "set $a 1; if ($a = 1) { set $b 2; } if (!-f $request_filename) { rewrite ^ /x$b last; }"},
    {"SERVER", "if ($http_cookie ~* \"id=([^;]+)(?:;|$)\") { set $id $1; } set $args a; set $http_x b;"},
    {"SERVER", "if ( $host = 'a' ) { return 301 https://$host$request_uri; }"},
    {"SERVER", "location /n/ { location ~ ^/n/a { } location = /n/b { } alias /x/; }"},
    {"SERVER", "location ~* ^/(?!a|b)\\w+(?=x)$ { } location ~ (?i)abc { } location ~ a++ { }"},
    {"SERVER", "location ~ ^/u/(?<user>.+)$ { proxy_pass http://127.0.0.1:8000/x/$user$is_args$args; }"},
    {"SERVER", "location /u { proxy_pass http://unix:/tmp/b.sock:/uri/; } location /f { fastcgi_pass unix:/x; }"},
    {"SERVER", "location /k { proxy_pass HTTP://127.0.0.1:80; }"},
    {"SERVER", "location ~ ^/a { proxy_pass http://api; } location = /b { proxy_pass http://api/c; }"},
    {"SERVER", "location ~ ^/a { proxy_pass http://api/b/$uri; } location @b { proxy_pass http://unix:/a; }"},
    {"SERVER", "location /a { proxy_pass http://api; proxy_redirect /a /b; proxy_redirect default; }"},
    {"SERVER", "location /a { proxy_ssl_verify on; proxy_pass http://api; proxy_cookie_path off /b; }"},
    {"SERVER", "location /a { grpc_pass grpc://unix:/x:/y; grpc_next_upstream http_502; }"},
    {"SERVER", "location /g { grpc_pass grpc://api; } location /h { proxy_pass http://API/; }"},
    {"SERVER", "try_files $uri $uri/ =404; ssl_certificate_key /x; listen 127.0.0.1:18090 default_server;"},
    {"LOCATION", "limit_except get POST { deny all; }"},
    {"HTTP", "proxy_cache_path /tmp/a keys_zone=a:1m; proxy_cache_path /tmp/b keys_zone=b:1m; proxy_temp_path /tmp/c;"},
    {"HTTP", "limit_req_zone $uri zone=a:1m rate=1r/s; limit_req_zone $uri zone=b:1m rate=1r/s;"},
    {"HTTP", "ssl_session_cache shared:a:1m; server { listen 18090; ssl_session_cache shared:a:1m; }"},
    {"HTTP", "upstream a { zone z; server 127.0.0.1:80; } upstream b { zone z 64k; server 127.0.0.1:80; }"},
    {"UPSTREAM", "keepalive 1; keepalive_requests 0;"},
    {"LOCATION", "proxy_set_header X \"${host}x}\"; add_header Y \"{$host\"; rewrite ^/(a)$ /$1x last;"},
    {"SERVER", "listen 127.0.0.1; listen 80; listen 127.0.0.2:80; listen [::]:80;"},
    {"HTTP", "server { listen 18090 backlog=5; } server { listen 18090; }"},
    {"HTTP", "server { listen 18090 backlog=5; } server { listen 127.0.0.1:18090 backlog=6; }"},
    {"SERVER", "location @a { root /x; } location @a { return 404; } location = /a { alias /x; }"},
    {"SERVER", "location /a { grpc_pass unix:/x/y; } location /b { grpc_pass GRPCS://127.0.0.1:80; }"},
    {"LOCATION", "access_log off; access_log /dev/null combined buffer=5k; access_log /dev/null combined;"},
    {"LOCATION", "access_log /dev/null combined gzip; access_log /dev/null combined buffer=64k gzip=1;"},
    {"LOCATION", "limit_rate_after $uri; uwsgi_cache_key $uri; sub_filter a \"\"; uwsgi_modifier1 255;"},
    {"HTTP", "types_hash_max_size 1; variables_hash_bucket_size 1;"},
    {"LOCATION", "mirror /x; mirror /y; userid_mark =;"},
    {"STREAM", "log_format combined \"$bytes_received $session_time\"; access_log /dev/null combined buffer=5k;"},
    {"STREAM", "server { listen 18090; listen 18090 udp; return 1; } server { listen 127.0.0.1:18090; return 1; }"},
    {"STREAM",
     "server { listen 18090 bind backlog=5 fastopen=3 reuseport so_keepalive=on; return 1; access_log off; }"},
    {"STREAM", "server { listen 18090 udp reuseport rcvbuf=4k ipv6only=off; return $protocol; }"},
    {"LOCATION", "proxy_store_access user:rw group:r; userid_flags samesite=lax secure; proxy_ignore_headers vary;"},
};

INSTANTIATE_TEST_SUITE_P(All, RefusedNginxLines, testing::ValuesIn(refused_lines));
INSTANTIATE_TEST_SUITE_P(All, GoodNginxLines, testing::ValuesIn(good_nginx_lines));

}  // namespace
}  // namespace firedrill::tests
