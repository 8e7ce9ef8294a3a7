//! What is known about a file.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::doctor::advice::{self, Advice, Surroundings};
use crate::doctor::dependencies::{self, Dependency, Folders, FoundAssembly};
use crate::doctor::file::{self, Content, Other};
use crate::doctor::image::Image;
use crate::setup::system::System;

/// What is known about a file.
#[derive(Debug, Serialize)]
pub(crate) struct FileReport {
    pub(crate) path: String,
    /// What it is, in a few words.
    pub(crate) what: String,
    #[serde(flatten)]
    pub(crate) image: Option<Box<Image>>,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) assemblies: Vec<FoundAssembly>,
    pub(crate) advice: Vec<Advice>,
}

impl FileReport {
    /// Examines a file.
    ///
    /// # Errors
    /// Fails if it cannot be read.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let content = file::read(path).with_context(|| format!("cannot read {shown}"))?;
        let image = match content {
            Content::Image(image) => image,
            Content::Other(Other { what, remedy }) => {
                let advice = vec![Advice::error("it is not a library that can be called", remedy)];
                let (dependencies, assemblies) = (Vec::new(), Vec::new());
                return Ok(Self { path: shown, what: what.into(), image: None, dependencies, assemblies, advice });
            }
        };
        let folders = Folders::of(path, &image);
        let dependencies = dependencies::find(&image, &folders);
        let assemblies = dependencies::find_assemblies(&image, &folders);
        let surroundings = Surroundings {
            is_windows: cfg!(windows),
            has_wine: which::which("wine").is_ok(),
            manager: System::find().manager,
        };
        let advice = advice::advise(&image, &dependencies, &assemblies, surroundings);
        Ok(Self { path: shown, what: describe(&image), image: Some(image), dependencies, assemblies, advice })
    }
}

/// Describes a file in a few words.
fn describe(image: &Image) -> String {
    let kind = match (image.is_program, &image.dotnet, image.is_com_server) {
        (_, Some(_), _) => "assembly of .NET",
        (true, ..) => "program",
        (false, None, true) => "library of COM objects",
        (false, None, false) => "library",
    };
    let Image { bits, processor, .. } = image;
    match &image.dotnet {
        Some(assembly) if assembly.is_any_cpu => format!("an {kind} for processes of either width"),
        Some(_) => format!("a {bits}-bit {kind} ({processor})"),
        None => format!("a {bits}-bit {kind} ({processor}) for {}", image.format.system()),
    }
}
