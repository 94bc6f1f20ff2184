#pragma once

#include "net/transport/tls_context.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace cafq::test {

/// How a certificate is made.
struct certificate_wish {
  std::string name = "localhost";
  /// In days from now.
  int from = -1;
  int until = 10;
  bool sha1 = false;
  /// 0: an elliptic key, which is made in no time.
  int rsa_bits = 0;
  /// A second common name, behind the other.
  std::string another_name{};
  /// Whether it may sign others.
  bool authority = false;
  /// The file of who signs it; empty: the authority of the folder.
  std::string signer{};
};

/// An authority with the certificates it signed, as files that go with it.
class tls_files {
public:
  explicit tls_files(const std::string& authority = "test authority");

  tls_files(const tls_files&) = delete;
  tls_files& operator=(const tls_files&) = delete;

  ~tls_files();

  /// Writes `<file>.crt` and `<file>.key`.
  void make(const std::string& file, const certificate_wish& wish = {});

  void write(const std::string& file, const std::string& text) const;

  [[nodiscard]] std::string path(const std::string& file) const;

  /// Returns options that serve `<file>.crt`.
  [[nodiscard]] transport::tls_options
  serving(const std::string& file = "server") const;

private:
  struct key_pair;

  std::filesystem::path folder_;
  /// By file; the authority of the folder is `ca`.
  std::map<std::string, std::shared_ptr<key_pair>> made_;
};

} // namespace cafq::test
