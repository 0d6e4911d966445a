// Sample fetches and converters with what they take: as HAProxy 2.6.12 lists them with -dKsmp,cnv,acl.
#include <algorithm>
#include <array>
#include <map>

#include "lint/haproxy_keywords.hpp"

namespace firedrill::lint::haproxy {
namespace {

struct Row {
  From from;
  std::string_view type, words;  // each with a letter for each argument, those in brackets may be left out
};

// clang-format off
constexpr Row fetches[] = {
    {From::anywhere, "any",
     "var(s[s])"},
    {From::anywhere, "bin",
     "bin(s) distcc_body(s[i]) internal.htx_blk.data(s) payload(ii) payload_lv(ii[s]) ssl_c_chain_der "
     "ssl_c_der ssl_c_serial ssl_c_sha1 ssl_f_der ssl_f_serial ssl_f_sha1 ssl_fc_cipherlist_hex([i]) "
     "ssl_fc_client_random ssl_fc_server_random ssl_fc_session_id ssl_fc_session_key ssl_fc_unique_id "
     "ssl_s_chain_der ssl_s_der ssl_s_serial ssl_s_sha1"},
    {From::anywhere, "bool",
     "always_false always_true bool(s) dst_is_local fc_dst_is_local fc_rcvd_proxy fc_src_is_local "
     "http_first_req internal.htx.has_eom internal.strm.is_htx req.proto_http req_proto_http sc0_tracked([t]) "
     "sc1_tracked([t]) sc2_tracked([t]) sc_tracked(i[t]) src_is_local srv_is_up(v) ssl_c_used ssl_fc "
     "ssl_fc_has_crt ssl_fc_has_early ssl_fc_has_sni ssl_fc_is_resumed stopping wait_end"},
    {From::anywhere, "ipv4",
     "dst fc_dst fc_src ipv4(4) src"},
    {From::anywhere, "ipv6",
     "ipv6(6)"},
    {From::anywhere, "meth",
     "meth(s) method"},
    {From::anywhere, "sint",
     "avg_queue(b) be_conn(b) be_conn_free(b) be_id be_server_timeout be_sess_rate(b) be_tunnel_timeout "
     "connslots(b) cpu_calls cpu_ns_avg cpu_ns_tot cur_server_timeout cur_tunnel_timeout date([is]) date_us "
     "distcc_param(s[i]) dst_conn dst_port fc_dst_port fc_err fc_fackets([s]) fc_http_major fc_lost([s]) "
     "fc_reordering([s]) fc_retrans([s]) fc_rtt([s]) fc_rttvar([s]) fc_sacked([s]) fc_src_port fc_unacked([s]) "
     "fe_client_timeout fe_conn(f) fe_id fe_req_rate(f) fe_sess_rate(f) int(i) internal.htx.data "
     "internal.htx.free internal.htx.free_data internal.htx.nbblks internal.htx.size internal.htx.used "
     "internal.htx_blk.size(s) last_rule_line lat_ns_avg lat_ns_tot nbproc nbsrv(b) prio_class prio_offset "
     "proc queue(b) rand([i]) sc0_bytes_in_rate([t]) sc0_bytes_out_rate([t]) sc0_clr_gpc0([t]) "
     "sc0_clr_gpc1([t]) sc0_conn_cnt([t]) sc0_conn_cur([t]) sc0_conn_rate([t]) sc0_get_gpc0([t]) "
     "sc0_get_gpc1([t]) sc0_get_gpt0([t]) sc0_gpc0_rate([t]) sc0_gpc1_rate([t]) sc0_http_err_cnt([t]) "
     "sc0_http_err_rate([t]) sc0_http_fail_cnt([t]) sc0_http_fail_rate([t]) sc0_http_req_cnt([t]) "
     "sc0_http_req_rate([t]) sc0_inc_gpc0([t]) sc0_inc_gpc1([t]) sc0_kbytes_in([t]) sc0_kbytes_out([t]) "
     "sc0_sess_cnt([t]) sc0_sess_rate([t]) sc0_trackers([t]) sc1_bytes_in_rate([t]) sc1_bytes_out_rate([t]) "
     "sc1_clr_gpc(i[t]) sc1_clr_gpc0([t]) sc1_clr_gpc1([t]) sc1_conn_cnt([t]) sc1_conn_cur([t]) "
     "sc1_conn_rate([t]) sc1_get_gpc0([t]) sc1_get_gpc1([t]) sc1_get_gpt0([t]) sc1_gpc0_rate([t]) "
     "sc1_gpc1_rate([t]) sc1_http_err_cnt([t]) sc1_http_err_rate([t]) sc1_http_fail_cnt([t]) "
     "sc1_http_fail_rate([t]) sc1_http_req_cnt([t]) sc1_http_req_rate([t]) sc1_inc_gpc0([t]) sc1_inc_gpc1([t]) "
     "sc1_kbytes_in([t]) sc1_kbytes_out([t]) sc1_sess_cnt([t]) sc1_sess_rate([t]) sc1_trackers([t]) "
     "sc2_bytes_in_rate([t]) sc2_bytes_out_rate([t]) sc2_clr_gpc0([t]) sc2_clr_gpc1([t]) sc2_conn_cnt([t]) "
     "sc2_conn_cur([t]) sc2_conn_rate([t]) sc2_get_gpc0([t]) sc2_get_gpc1([t]) sc2_get_gpt0([t]) "
     "sc2_gpc0_rate([t]) sc2_gpc1_rate([t]) sc2_http_err_cnt([t]) sc2_http_err_rate([t]) "
     "sc2_http_fail_cnt([t]) sc2_http_fail_rate([t]) sc2_http_req_cnt([t]) sc2_http_req_rate([t]) "
     "sc2_inc_gpc0([t]) sc2_inc_gpc1([t]) sc2_kbytes_in([t]) sc2_kbytes_out([t]) sc2_sess_cnt([t]) "
     "sc2_sess_rate([t]) sc2_trackers([t]) sc_bytes_in_rate(i[t]) sc_bytes_out_rate(i[t]) sc_clr_gpc(ii[t]) "
     "sc_clr_gpc0(i[t]) sc_clr_gpc1(i[t]) sc_conn_cnt(i[t]) sc_conn_cur(i[t]) sc_conn_rate(i[t]) "
     "sc_get_gpc(ii[t]) sc_get_gpc0(i[t]) sc_get_gpc1(i[t]) sc_get_gpt(ii[t]) sc_get_gpt0(i[t]) "
     "sc_gpc0_rate(i[t]) sc_gpc1_rate(i[t]) sc_gpc_rate(ii[t]) sc_http_err_cnt(i[t]) sc_http_err_rate(i[t]) "
     "sc_http_fail_cnt(i[t]) sc_http_fail_rate(i[t]) sc_http_req_cnt(i[t]) sc_http_req_rate(i[t]) "
     "sc_inc_gpc(ii[t]) sc_inc_gpc0(i[t]) sc_inc_gpc1(i[t]) sc_kbytes_in(i[t]) sc_kbytes_out(i[t]) "
     "sc_sess_cnt(i[t]) sc_sess_rate(i[t]) sc_trackers(i[t]) so_id src_bytes_in_rate(t) src_bytes_out_rate(t) "
     "src_clr_gpc(it) src_clr_gpc0(t) src_clr_gpc1(t) src_conn_cnt(t) src_conn_cur(t) src_conn_rate(t) "
     "src_get_gpc(it) src_get_gpc0(t) src_get_gpc1(t) src_get_gpt(it) src_get_gpt0(t) src_gpc0_rate(t) "
     "src_gpc1_rate(t) src_gpc_rate(it) src_http_err_cnt(t) src_http_err_rate(t) src_http_fail_cnt(t) "
     "src_http_fail_rate(t) src_http_req_cnt(t) src_http_req_rate(t) src_inc_gpc(it) src_inc_gpc0(t) "
     "src_inc_gpc1(t) src_kbytes_in(t) src_kbytes_out(t) src_port src_sess_cnt(t) src_sess_rate(t) "
     "src_updt_conn_cnt(t) srv_conn(v) srv_conn_free(v) srv_iweight(v) srv_queue(v) srv_sess_rate(v) "
     "srv_uweight(v) srv_weight(v) ssl_c_ca_err ssl_c_ca_err_depth ssl_c_err ssl_c_verify ssl_c_version "
     "ssl_f_version ssl_fc_alg_keysize ssl_fc_cipherlist_xxh ssl_fc_err ssl_fc_protocol_hello_id "
     "ssl_fc_use_keysize ssl_s_version table_avl(t) table_cnt(t) thread"},
    {From::anywhere, "str",
     "be_name capture.req.hdr(i) capture.req.method capture.req.uri capture.req.ver capture.res.ver "
     "cookie([s]) env(s) fc_err_str fc_pp_authority fc_pp_unique_id fe_defbe fe_name hdr([si]) hostname "
     "internal.htx_blk.hdrname(s) internal.htx_blk.hdrval(s) internal.htx_blk.start_line(s) "
     "internal.htx_blk.type(s) last_rule_file so_name ssl_c_i_dn([sis]) ssl_c_key_alg ssl_c_notafter "
     "ssl_c_notbefore ssl_c_s_dn([sis]) ssl_c_sig_alg ssl_f_i_dn([sis]) ssl_f_key_alg ssl_f_notafter "
     "ssl_f_notbefore ssl_f_s_dn([sis]) ssl_f_sig_alg ssl_fc_alpn ssl_fc_cipher ssl_fc_cipherlist_bin([i]) "
     "ssl_fc_cipherlist_str([i]) ssl_fc_client_early_traffic_secret ssl_fc_client_handshake_traffic_secret "
     "ssl_fc_client_traffic_secret_0 ssl_fc_early_exporter_secret ssl_fc_ecformats_bin ssl_fc_eclist_bin([i]) "
     "ssl_fc_err_str ssl_fc_exporter_secret ssl_fc_extlist_bin([i]) ssl_fc_npn ssl_fc_protocol "
     "ssl_fc_server_handshake_traffic_secret ssl_fc_server_traffic_secret_0 ssl_fc_sni ssl_s_i_dn([sis]) "
     "ssl_s_key_alg ssl_s_notafter ssl_s_notbefore ssl_s_s_dn([sis]) ssl_s_sig_alg str(s) unique-id uuid([i])"},
    {From::request, "bin",
     "base32+src req.body req.body_param([s]) req.hdrs req.hdrs_bin req.payload(ii) req.payload_lv(ii[s]) "
     "url32+src"},
    {From::request, "bool",
     "http_auth(u) req.ssl_ec_ext"},
    {From::request, "ipv4",
     "hdr_ip([si]) req.hdr_ip([si]) url_ip"},
    {From::request, "sint",
     "base32 cook_cnt([s]) cook_val([s]) hdr_cnt([s]) hdr_val([si]) rdp_cookie_cnt([s]) req.body_len "
     "req.body_size req.cook_cnt([s]) req.cook_val([s]) req.fhdr_cnt([s]) req.hdr_cnt([s]) req.hdr_val([si]) "
     "req.len req.rdp_cookie_cnt([s]) req.ssl_hello_type req.ssl_st_ext req.ssl_ver req_len req_ssl_hello_type "
     "req_ssl_ver url32 url_port urlp_val([ss])"},
    {From::request, "str",
     "base baseq cook([s]) fcgi.docroot fcgi.index http_auth_bearer([s]) http_auth_group(u) http_auth_pass "
     "http_auth_type http_auth_user path pathq query rdp_cookie([s]) req.cook([s]) req.fhdr([si]) "
     "req.hdr([si]) req.hdr_names([s]) req.rdp_cookie([s]) req.ssl_alpn req.ssl_sni req.ver req_ssl_sni "
     "req_ver url url_param([ss]) urlp([ss])"},
    {From::response, "bin",
     "res.body res.hdrs res.hdrs_bin res.payload(ii) res.payload_lv(ii[s]) ssl_bc_client_random "
     "ssl_bc_server_random ssl_bc_session_id ssl_bc_session_key ssl_bc_unique_id"},
    {From::response, "bool",
     "res.cache_hit res.comp ssl_bc ssl_bc_is_resumed"},
    {From::response, "ipv4",
     "res.hdr_ip([si]) shdr_ip([si])"},
    {From::response, "sint",
     "bc_dst bc_dst_port bc_err bc_http_major bc_src bc_src_port rep_ssl_hello_type res.body_len res.body_size "
     "res.cook_cnt([s]) res.cook_val([s]) res.fhdr_cnt([s]) res.hdr_cnt([s]) res.hdr_val([si]) res.len "
     "res.ssl_hello_type scook_cnt([s]) scook_val([s]) shdr_cnt([s]) shdr_val([si]) srv_id ssl_bc_alg_keysize "
     "ssl_bc_err ssl_bc_use_keysize status"},
    {From::response, "str",
     "bc_err_str capture.res.hdr(i) res.cache_name res.comp_algo res.cook([s]) res.fhdr([si]) res.hdr([si]) "
     "res.hdr_names([s]) res.ver resp_ver scook([s]) shdr([si]) srv_name ssl_bc_alpn ssl_bc_cipher "
     "ssl_bc_err_str ssl_bc_npn ssl_bc_protocol"},
};

constexpr Row converters[] = {
    {From::anywhere, "sint",
     "add(s) and(s) cpl crc32([i]) crc32c([i]) div(s) djb2([i]) hex2i jwt_verify(ss) length map_beg_int(s[i]) "
     "map_dir_int(s[i]) map_dom_int(s[i]) map_end_int(s[i]) map_int_int(s[i]) map_ip_int(s[i]) "
     "map_reg_int(s[i]) map_str_int(s[i]) map_sub_int(s[i]) mod(s) mul(s) nbsrv neg or(s) port_only sdbm([i]) "
     "srv_queue strcmp(s) sub(s) table_bytes_in_rate(t) table_bytes_out_rate(t) table_conn_cnt(t) "
     "table_conn_cur(t) table_conn_rate(t) table_expire(t[i]) table_gpc(it) table_gpc0(t) table_gpc0_rate(t) "
     "table_gpc1(t) table_gpc1_rate(t) table_gpc_rate(it) table_gpt(it) table_gpt0(t) table_http_err_cnt(t) "
     "table_http_err_rate(t) table_http_fail_cnt(t) table_http_fail_rate(t) table_http_req_cnt(t) "
     "table_http_req_rate(t) table_idle(t[i]) table_kbytes_in(t) table_kbytes_out(t) table_server_id(t) "
     "table_sess_cnt(t) table_sess_rate(t) table_trackers(t) wt6([i]) xor(s) xxh3([i]) xxh32([i]) xxh64([i])"},
    {From::anywhere, "str",
     "add_item(ss[s]) base64 be2dec(s[ii]) be2hex(s[ii]) capture-req(i) capture-res(i) concat(s[ss]) cut_crlf "
     "field(is[i]) hex host_only http_date([is]) iif(ss) json(s) language(s[s]) lower ltime(s[i]) ltrim(s) "
     "map(s[s]) map_beg(s[s]) map_dir(s[s]) map_dom(s[s]) map_end(s[s]) map_int(s[s]) map_ip(s[s]) "
     "map_reg(s[s]) map_regm(s[s]) map_str(s[s]) map_sub(s[s]) mqtt_field_value(ss) regsub(rs[s]) rtrim(s) "
     "ub64enc upper url_dec([i]) url_enc(s) utime(s[i]) word(is[i])"},
    {From::anywhere, "bin",
     "aes_gcm_dec(isss) b64dec bytes(i[i]) digest(s) fix_tag_value(s) hmac(ss) htonl protobuf(p[s]) sha1 "
     "sha2([i]) ub64dec ungrpc(p[s])"},
    {From::anywhere, "bool",
     "bool even fix_is_valid in_table(t) mqtt_is_valid not odd secure_memcmp(s)"},
    {From::anywhere, "any",
     "debug([ss]) json_query(s[s]) jwt_header_query([ss]) jwt_payload_query([ss]) set-var(s[ssss]) "
     "unset-var(s)"},
    {From::anywhere, "ipv4",
     "ipmask(m[M])"},
    {From::anywhere, "addr",
     "map_beg_ip(s[s]) map_dir_ip(s[s]) map_dom_ip(s[s]) map_end_ip(s[s]) map_int_ip(s[s]) map_ip_ip(s[s]) "
     "map_reg_ip(s[s]) map_str_ip(s[s]) map_sub_ip(s[s])"},
};

// With a way to match in their names: in conditions only.
constexpr Row of_conditions[] = {
    {From::condition, "beg",
     "base_beg cook_beg hdr_beg path_beg scook_beg shdr_beg url_beg urlp_beg"},
    {From::condition, "dir",
     "base_dir cook_dir hdr_dir path_dir scook_dir shdr_dir url_dir urlp_dir"},
    {From::condition, "dom",
     "base_dom cook_dom hdr_dom path_dom scook_dom shdr_dom url_dom urlp_dom"},
    {From::condition, "end",
     "base_end cook_end hdr_end path_end scook_end shdr_end ssl_fc_sni_end url_end urlp_end"},
    {From::condition, "len",
     "base_len cook_len hdr_len path_len scook_len shdr_len url_len urlp_len"},
    {From::condition, "reg",
     "base_reg cook_reg hdr_reg path_reg scook_reg shdr_reg ssl_fc_sni_reg url_reg urlp_reg"},
    {From::condition, "sub",
     "base_sub cook_sub hdr_sub path_sub scook_sub shdr_sub url_sub urlp_sub"},
    {From::condition, "str",
     "req_rdp_cookie"},
    {From::condition, "int",
     "req_rdp_cookie_cnt"},
};
// clang-format on

// "hdr([si])" is "hdr" with "[si]".
void add(std::map<std::string_view, Sample>& all, const Row& row) {
  std::string_view rest = row.words;
  while (!rest.empty()) {
    const std::size_t blank = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, blank);
    const std::size_t open = word.find('(');
    const std::string_view takes = open == std::string_view::npos ? "" : word.substr(open + 1, word.size() - open - 2);
    all[word.substr(0, open)] = {takes, row.type, row.from};
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
}

const Sample* find_in(const std::map<std::string_view, Sample>& all, std::string_view name) {
  const auto it = all.find(name);
  return it == all.end() ? nullptr : &it->second;
}

// "path_beg" takes what "path" takes.
std::map<std::string_view, Sample> fetch_table() {
  std::map<std::string_view, Sample> all;
  for (const Row& row : fetches) add(all, row);
  for (const Row& row : of_conditions) {
    std::map<std::string_view, Sample> words;
    add(words, row);
    for (const auto& [name, sample] : words) {
      const auto it = all.find(name.substr(0, name.rfind('_')));
      all[name] = {it == all.end() ? "[s]" : it->second.arguments, row.type, From::condition};
    }
  }
  return all;
}

}  // namespace

const Sample* fetch(std::string_view name) {
  static const std::map<std::string_view, Sample> all = fetch_table();
  return find_in(all, name);
}

const Sample* converter(std::string_view name) {
  static const std::map<std::string_view, Sample> all = [] {
    std::map<std::string_view, Sample> table;
    for (const Row& row : converters) add(table, row);
    return table;
  }();
  return find_in(all, name);
}

}  // namespace firedrill::lint::haproxy
