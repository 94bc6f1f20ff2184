#include "net/transport/tls_context.hpp"

#include "net/transport/tls_source.hpp"
#include "test/transport/tls_files.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace cafq::test;
using namespace cafq::transport;

namespace {

/// Says why the options are refused.
std::string refusal(const tls_options& options) {
  try {
    const tls_context context{options};
    return "none";
  } catch (const tls_error& ex) {
    return ex.what();
  }
}

struct fixture {
  fixture() {
    files.make("server");
  }

  tls_files files;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_context_tests, fixture)

BOOST_AUTO_TEST_CASE(loads_a_good_certificate_without_a_word) {
  BOOST_TEST(tls_context{files.serving()}.warnings().empty());
}

BOOST_AUTO_TEST_CASE(warns_of_a_certificate_that_has_expired) {
  files.make("old", {.from = -20, .until = -10});
  const tls_context x{files.serving("old")};
  BOOST_TEST_REQUIRE(x.warnings().size() == 1U);
  BOOST_TEST(x.warnings()[0].find("/old.crt expired on 20")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(warns_of_a_certificate_that_is_not_valid_yet) {
  files.make("new", {.from = 5});
  const tls_context x{files.serving("new")};
  BOOST_TEST_REQUIRE(x.warnings().size() == 1U);
  BOOST_TEST(x.warnings()[0].find("is not valid before") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(warns_of_a_weak_signature) {
  files.make("weak", {.sha1 = true, .rsa_bits = 1024});
  const tls_context x{files.serving("weak")};
  BOOST_TEST_REQUIRE(x.warnings().size() == 1U);
  BOOST_TEST(x.warnings()[0].find("signed with SHA-1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(warns_of_old_versions) {
  auto options = files.serving();
  options.min_version = tls_options::version::tls1_1;
  BOOST_TEST(tls_context{options}.warnings().size() == 1U);
}

BOOST_AUTO_TEST_CASE(says_which_file_is_no_good) {
  auto options = files.serving();
  options.certificate_file = "/nowhere.crt";
  BOOST_TEST(refusal(options)
             == "open /nowhere.crt: No such file or directory");
  options = files.serving();
  options.key_file = "";
  BOOST_TEST(refusal(options) == "open : No such file or directory");
  options = files.serving();
  options.certificate_file = options.key_file;
  BOOST_TEST(refusal(options).starts_with(options.key_file + ": "));
  options = files.serving();
  options.root_ca_file = files.path("server.key");
  BOOST_TEST(refusal(options) == "failed to append certificate to pool");
}

BOOST_AUTO_TEST_CASE(refuses_a_key_of_another_certificate) {
  files.make("other");
  auto options = files.serving();
  options.key_file = files.path("other.key");
  BOOST_TEST(refusal(options) == options.key_file + ": key values mismatch");
}

BOOST_AUTO_TEST_CASE(does_not_ask_for_the_password_of_a_key) {
  files.write("locked.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                            "MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQI\n"
                            "-----END ENCRYPTED PRIVATE KEY-----\n");
  auto options = files.serving();
  options.key_file = files.path("locked.key");
  BOOST_TEST(refusal(options).starts_with(options.key_file + ": "));
}

BOOST_AUTO_TEST_CASE(lets_connections_keep_what_is_replaced) {
  tls_source source{std::make_shared<const tls_context>(files.serving())};
  const auto before = source.current();
  source.replace(std::make_shared<const tls_context>(files.serving()));
  BOOST_TEST(source.current() != before);
  BOOST_TEST(before.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
