# shellcheck shell=bash
# build_release SOURCE [CMAKE-ARGUMENT...]: configures and builds the release preset.

build_release() (
    cd "$1" || exit
    shift
    if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
    cmake --preset release "$@" && cmake --build --preset release
)
