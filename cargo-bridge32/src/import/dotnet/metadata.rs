//! The metadata of an assembly: found in its file, and checked before it is read, so that a damaged file is an error.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use clrmeta::reader::Reader;
use clrmeta::{CodedIndex, Metadata, MetadataRoot, TableId, TablesHeader};
use object::FileKind;
use object::LittleEndian as LE;
use object::pe::{self, ImageCor20Header, ImageNtHeaders32, ImageNtHeaders64};
use object::read::ReadRef as _;
use object::read::pe::{ImageNtHeaders, PeFile};

/// The tables of an assembly.
pub(super) struct Tables {
    pub(super) rows: Metadata,
    /// The names of the attributes of a row.
    attributes: BTreeMap<Row, BTreeSet<String>>,
}

/// A table, and the number of a row, from 1.
pub(super) type Row = (u8, u32);

impl Tables {
    /// Reads the metadata in a file for Windows.
    ///
    /// # Errors
    /// Fails if there is none, or if it is damaged.
    pub(super) fn read(file: &[u8]) -> Result<Self> {
        let metadata = match FileKind::parse(file) {
            Ok(FileKind::Pe64) => metadata::<ImageNtHeaders64>(file),
            _ => metadata::<ImageNtHeaders32>(file),
        }?;
        check(metadata)?;
        let rows = Metadata::parse(metadata).map_err(|error| anyhow!("its metadata is damaged: {error}"))?;
        let mut tables = Self { rows, attributes: BTreeMap::new() };
        let mut attributes = BTreeMap::<_, BTreeSet<_>>::new();
        for attribute in &tables.rows.custom_attributes {
            if let (Some(of), Some(name)) = (row(attribute.parent), tables.class_of_constructor(attribute.attr_type)) {
                attributes.entry(of).or_default().insert(name);
            }
        }
        tables.attributes = attributes;
        Ok(tables)
    }

    /// Whether a row has an attribute of this name, without its namespace.
    pub(super) fn has_attribute(&self, table: TableId, row: u32, name: &str) -> bool {
        self.attributes.get(&(table as u8, row)).is_some_and(|names| names.contains(name))
    }

    /// Returns the name of the class whose constructor this is.
    fn class_of_constructor(&self, constructor: CodedIndex) -> Option<String> {
        let index = (constructor.row as usize).checked_sub(1)?;
        let name = match constructor.table? {
            TableId::MemberRef => match self.rows.member_refs.get(index)?.class {
                CodedIndex { table: Some(TableId::TypeRef), row } => self.rows.get_type_ref(row)?.type_name,
                _ => return None,
            },
            TableId::MethodDef => self.rows.get_method_owner(constructor.row)?.1.type_name,
            _ => return None,
        };
        self.text(name).ok()
    }

    /// Returns a name.
    ///
    /// # Errors
    /// Fails if it is not in the file, or not text.
    pub(super) fn text(&self, offset: u32) -> Result<String> {
        let text = self.rows.strings.get(offset).map_err(|error| anyhow!("a name in it is damaged: {error}"))?;
        Ok(text.to_owned())
    }

    /// Returns a signature or the value of a constant.
    ///
    /// # Errors
    /// Fails if it is not in the file.
    pub(super) fn blob(&self, offset: u32) -> Result<&[u8]> {
        self.rows.blobs.get(offset).map_err(|error| anyhow!("a signature in it is damaged: {error}"))
    }
}

/// The row that an index refers to.
pub(super) fn row(index: CodedIndex) -> Option<Row> {
    (!index.is_null()).then_some((index.table? as u8, index.row))
}

/// Finds the metadata in a file. Source: ECMA-335, II.25.3.3.
fn metadata<Pe: ImageNtHeaders>(file: &[u8]) -> Result<&[u8]> {
    const DAMAGED: &str = "its .NET header is damaged; copy or download it again, and compare the sizes";
    let image = PeFile::<Pe>::parse(file)?;
    let directory = image.data_directory(pe::IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR);
    let directory = directory.filter(|directory| directory.virtual_address.get(LE) != 0);
    let header = directory.context("it has no .NET header")?.data(file, &image.section_table()).context(DAMAGED)?;
    let header = header.read_at::<ImageCor20Header>(0).map_err(|()| anyhow!(DAMAGED))?;
    header.meta_data.data(file, &image.section_table()).context(DAMAGED)
}

/// Checks what the parser of the metadata relies on: that its parts are in the file, and as many rows as it says.
fn check(metadata: &[u8]) -> Result<()> {
    let damaged = |error| anyhow!("its metadata is damaged: {error}");
    let root = MetadataRoot::parse(metadata).map_err(damaged)?;
    for stream in &root.streams {
        let end = u64::from(stream.offset) + u64::from(stream.size);
        ensure!(
            end <= metadata.len() as u64,
            "its metadata is damaged: {} is not in the file; copy or download it again, and compare the sizes",
            stream.name.escape_debug()
        );
    }
    let tables = root.tables_stream().context("its metadata has no tables")?;
    if tables.name != "#~" {
        bail!("its metadata is in the form that only debuggers and some protectors write; get the original assembly");
    }
    let data = metadata.get(tables.offset as usize..).and_then(|data| data.get(..tables.size as usize));
    let mut reader = Reader::new(data.unwrap_or_default());
    let header = TablesHeader::parse(&mut reader, false).map_err(damaged)?;
    let context = header.context();
    // The parser knows no sizes of tables that nobody reads.
    let size = |(table, count)| context.row_size(table).max(1) as u64 * u64::from(count);
    let needed: u64 = header.tables().map(size).sum();
    ensure!(
        needed <= reader.remaining() as u64,
        "its metadata is damaged: its tables are longer than the file; copy or download it again, and compare the sizes"
    );
    Ok(())
}
