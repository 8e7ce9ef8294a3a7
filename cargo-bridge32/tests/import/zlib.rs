//! The trait that `import` wrote for zlib, with the shorter names that the example has for its constants.

#[allow(missing_docs, reason = "written from the header")]
pub mod imported;

pub use imported::{
    Z_BEST_COMPRESSION as BEST_COMPRESSION, Z_BUF_ERROR as BUF_ERROR, Z_DATA_ERROR as DATA_ERROR,
    Z_STREAM_ERROR as STREAM_ERROR, Zlib, ZlibClient, ZlibLibrary,
};
