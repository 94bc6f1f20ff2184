# cmake -DFOLDER=<folder> -DFILES=<a;b> -DOUT=<file.cpp> -P embed_page.cmake
#
# Writes <folder>/<a>.gz ... as the table that net/http/page.cpp looks them up in.
# The tag of a file is a hash of its bytes: it changes when they do.

set(bytes)
set(rows)
string(REPLACE "," ";" FILES "${FILES}")
foreach(name IN LISTS FILES)
  set(file "${FOLDER}/${name}.gz")
  file(SHA256 "${file}" hash)
  string(SUBSTRING "${hash}" 0 16 hash)
  file(READ "${file}" text HEX)
  string(REGEX REPLACE "(..)" "0x\\1," text "${text}")
  string(MAKE_C_IDENTIFIER "page_${name}" symbol)
  string(APPEND bytes "constexpr unsigned char ${symbol}[]{${text}};\n")
  string(APPEND rows
         "  {\"${name}\", \"\\\"${hash}\\\"\", {${symbol}, sizeof(${symbol})}},\n")
endforeach()

file(WRITE "${OUT}" "#include \"net/http/page.hpp\"

namespace cafq::http {

namespace {

${bytes}
constexpr page_file all_page_files[]{
${rows}};

} // namespace

std::span<const page_file> page_files() noexcept {
  return all_page_files;
}

} // namespace cafq::http
")
