pub use root::*;

const _: () = ::planus::check_version_compatibility("planus-1.3.0");

/// The root namespace
///
/// Generated from these locations:
/// * File `lockfile.fbs`
#[no_implicit_prelude]
#[allow(clippy::needless_lifetimes)]
mod root {
    /// The namespace `lockfile`
    ///
    /// Generated from these locations:
    /// * File `lockfile.fbs`
    pub mod lockfile {
        /// The table `Dependency` in the namespace `lockfile`
        ///
        /// Generated from these locations:
        /// * Table `Dependency` in the file `lockfile.fbs:3`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
            ::serde::Serialize,
            ::serde::Deserialize,
        )]
        pub struct Dependency {
            /// The field `name` in the table `Dependency`
            pub name: ::planus::alloc::string::String,
            /// The field `version` in the table `Dependency`
            pub version: ::core::option::Option<::planus::alloc::string::String>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for Dependency {
            fn default() -> Self {
                Self {
                    name: ::core::default::Default::default(),
                    version: ::core::default::Default::default(),
                }
            }
        }

        impl Dependency {
            /// Creates a [DependencyBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> DependencyBuilder<()> {
                DependencyBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_name: impl ::planus::WriteAs<::planus::Offset<str>>,
                field_version: impl ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            ) -> ::planus::Offset<Self> {
                let prepared_name = field_name.prepare(builder);
                let prepared_version = field_version.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);
                if prepared_version.is_some() {
                    table_writer.write_entry::<::planus::Offset<str>>(1);
                }

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_name);
                        if let ::core::option::Option::Some(prepared_version) = prepared_version {
                            object_writer.write::<_, _, 4>(&prepared_version);
                        }
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Dependency>> for Dependency {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Dependency> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Dependency>> for Dependency {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Dependency>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Dependency> for Dependency {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Dependency> {
                Dependency::create(builder, &self.name, &self.version)
            }
        }

        /// Builder for serializing an instance of the [Dependency] type.
        ///
        /// Can be created using the [Dependency::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct DependencyBuilder<State>(State);

        impl DependencyBuilder<()> {
            /// Setter for the [`name` field](Dependency#structfield.name).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn name<T0>(self, value: T0) -> DependencyBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                DependencyBuilder((value,))
            }
        }

        impl<T0> DependencyBuilder<(T0,)> {
            /// Setter for the [`version` field](Dependency#structfield.version).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn version<T1>(self, value: T1) -> DependencyBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            {
                let (v0,) = self.0;
                DependencyBuilder((v0, value))
            }

            /// Sets the [`version` field](Dependency#structfield.version) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn version_as_null(self) -> DependencyBuilder<(T0, ())> {
                self.version(())
            }
        }

        impl<T0, T1> DependencyBuilder<(T0, T1)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [Dependency].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<Dependency>
            where
                Self: ::planus::WriteAsOffset<Dependency>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
            T0: ::planus::WriteAs<::planus::Offset<str>>,
            T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
        > ::planus::WriteAs<::planus::Offset<Dependency>> for DependencyBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<Dependency>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Dependency> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
            T0: ::planus::WriteAs<::planus::Offset<str>>,
            T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
        > ::planus::WriteAsOptional<::planus::Offset<Dependency>> for DependencyBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<Dependency>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Dependency>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
            T0: ::planus::WriteAs<::planus::Offset<str>>,
            T1: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
        > ::planus::WriteAsOffset<Dependency> for DependencyBuilder<(T0, T1)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Dependency> {
                let (v0, v1) = &self.0;
                Dependency::create(builder, v0, v1)
            }
        }

        /// Reference to a deserialized [Dependency].
        #[derive(Copy, Clone)]
        pub struct DependencyRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> DependencyRef<'a> {
            /// Getter for the [`name` field](Dependency#structfield.name).
            #[inline]
            pub fn name(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "Dependency", "name")
            }

            /// Getter for the [`version` field](Dependency#structfield.version).
            #[inline]
            pub fn version(
                &self,
            ) -> ::planus::Result<::core::option::Option<&'a ::core::primitive::str>> {
                self.0.access(1, "Dependency", "version")
            }
        }

        impl<'a> ::core::fmt::Debug for DependencyRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("DependencyRef");
                f.field("name", &self.name());
                if let ::core::option::Option::Some(field_version) = self.version().transpose() {
                    f.field("version", &field_version);
                }
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<DependencyRef<'a>> for Dependency {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: DependencyRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    name: ::core::convert::Into::into(value.name()?),
                    version: value.version()?.map(::core::convert::Into::into),
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for DependencyRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for DependencyRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location(
                        "[DependencyRef]",
                        "get",
                        buffer.offset_from_start,
                    )
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<Dependency>> for Dependency {
            type Value = ::planus::Offset<Dependency>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<Dependency>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for DependencyRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[DependencyRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `Package` in the namespace `lockfile`
        ///
        /// Generated from these locations:
        /// * Table `Package` in the file `lockfile.fbs:8`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
            ::serde::Serialize,
            ::serde::Deserialize,
        )]
        pub struct Package {
            /// The field `name` in the table `Package`
            pub name: ::planus::alloc::string::String,
            /// The field `version` in the table `Package`
            pub version: ::planus::alloc::string::String,
            /// The field `source` in the table `Package`
            pub source: ::core::option::Option<::planus::alloc::string::String>,
            /// The field `checksum` in the table `Package`
            pub checksum: ::core::option::Option<::planus::alloc::vec::Vec<u8>>,
            /// The field `dependencies` in the table `Package`
            pub dependencies: ::planus::alloc::vec::Vec<self::Dependency>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for Package {
            fn default() -> Self {
                Self {
                    name: ::core::default::Default::default(),
                    version: ::core::default::Default::default(),
                    source: ::core::default::Default::default(),
                    checksum: ::core::default::Default::default(),
                    dependencies: ::core::default::Default::default(),
                }
            }
        }

        impl Package {
            /// Creates a [PackageBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> PackageBuilder<()> {
                PackageBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_name: impl ::planus::WriteAs<::planus::Offset<str>>,
                field_version: impl ::planus::WriteAs<::planus::Offset<str>>,
                field_source: impl ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
                field_checksum: impl ::planus::WriteAsOptional<::planus::Offset<[u8]>>,
                field_dependencies: impl ::planus::WriteAs<
                    ::planus::Offset<[::planus::Offset<self::Dependency>]>,
                >,
            ) -> ::planus::Offset<Self> {
                let prepared_name = field_name.prepare(builder);
                let prepared_version = field_version.prepare(builder);
                let prepared_source = field_source.prepare(builder);
                let prepared_checksum = field_checksum.prepare(builder);
                let prepared_dependencies = field_dependencies.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<14> =
                    ::core::default::Default::default();
                table_writer.write_entry::<::planus::Offset<str>>(0);
                table_writer.write_entry::<::planus::Offset<str>>(1);
                if prepared_source.is_some() {
                    table_writer.write_entry::<::planus::Offset<str>>(2);
                }
                if prepared_checksum.is_some() {
                    table_writer.write_entry::<::planus::Offset<[u8]>>(3);
                }
                table_writer
                    .write_entry::<::planus::Offset<[::planus::Offset<self::Dependency>]>>(4);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        object_writer.write::<_, _, 4>(&prepared_name);
                        object_writer.write::<_, _, 4>(&prepared_version);
                        if let ::core::option::Option::Some(prepared_source) = prepared_source {
                            object_writer.write::<_, _, 4>(&prepared_source);
                        }
                        if let ::core::option::Option::Some(prepared_checksum) = prepared_checksum {
                            object_writer.write::<_, _, 4>(&prepared_checksum);
                        }
                        object_writer.write::<_, _, 4>(&prepared_dependencies);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Package>> for Package {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Package> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Package>> for Package {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Package>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Package> for Package {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Package> {
                Package::create(
                    builder,
                    &self.name,
                    &self.version,
                    &self.source,
                    &self.checksum,
                    &self.dependencies,
                )
            }
        }

        /// Builder for serializing an instance of the [Package] type.
        ///
        /// Can be created using the [Package::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct PackageBuilder<State>(State);

        impl PackageBuilder<()> {
            /// Setter for the [`name` field](Package#structfield.name).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn name<T0>(self, value: T0) -> PackageBuilder<(T0,)>
            where
                T0: ::planus::WriteAs<::planus::Offset<str>>,
            {
                PackageBuilder((value,))
            }
        }

        impl<T0> PackageBuilder<(T0,)> {
            /// Setter for the [`version` field](Package#structfield.version).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn version<T1>(self, value: T1) -> PackageBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<str>>,
            {
                let (v0,) = self.0;
                PackageBuilder((v0, value))
            }
        }

        impl<T0, T1> PackageBuilder<(T0, T1)> {
            /// Setter for the [`source` field](Package#structfield.source).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn source<T2>(self, value: T2) -> PackageBuilder<(T0, T1, T2)>
            where
                T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            {
                let (v0, v1) = self.0;
                PackageBuilder((v0, v1, value))
            }

            /// Sets the [`source` field](Package#structfield.source) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn source_as_null(self) -> PackageBuilder<(T0, T1, ())> {
                self.source(())
            }
        }

        impl<T0, T1, T2> PackageBuilder<(T0, T1, T2)> {
            /// Setter for the [`checksum` field](Package#structfield.checksum).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn checksum<T3>(self, value: T3) -> PackageBuilder<(T0, T1, T2, T3)>
            where
                T3: ::planus::WriteAsOptional<::planus::Offset<[u8]>>,
            {
                let (v0, v1, v2) = self.0;
                PackageBuilder((v0, v1, v2, value))
            }

            /// Sets the [`checksum` field](Package#structfield.checksum) to null.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn checksum_as_null(self) -> PackageBuilder<(T0, T1, T2, ())> {
                self.checksum(())
            }
        }

        impl<T0, T1, T2, T3> PackageBuilder<(T0, T1, T2, T3)> {
            /// Setter for the [`dependencies` field](Package#structfield.dependencies).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn dependencies<T4>(self, value: T4) -> PackageBuilder<(T0, T1, T2, T3, T4)>
            where
                T4: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Dependency>]>>,
            {
                let (v0, v1, v2, v3) = self.0;
                PackageBuilder((v0, v1, v2, v3, value))
            }
        }

        impl<T0, T1, T2, T3, T4> PackageBuilder<(T0, T1, T2, T3, T4)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [Package].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<Package>
            where
                Self: ::planus::WriteAsOffset<Package>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
            T0: ::planus::WriteAs<::planus::Offset<str>>,
            T1: ::planus::WriteAs<::planus::Offset<str>>,
            T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            T3: ::planus::WriteAsOptional<::planus::Offset<[u8]>>,
            T4: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Dependency>]>>,
        > ::planus::WriteAs<::planus::Offset<Package>> for PackageBuilder<(T0, T1, T2, T3, T4)>
        {
            type Prepared = ::planus::Offset<Package>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Package> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
            T0: ::planus::WriteAs<::planus::Offset<str>>,
            T1: ::planus::WriteAs<::planus::Offset<str>>,
            T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            T3: ::planus::WriteAsOptional<::planus::Offset<[u8]>>,
            T4: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Dependency>]>>,
        > ::planus::WriteAsOptional<::planus::Offset<Package>>
            for PackageBuilder<(T0, T1, T2, T3, T4)>
        {
            type Prepared = ::planus::Offset<Package>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Package>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
            T0: ::planus::WriteAs<::planus::Offset<str>>,
            T1: ::planus::WriteAs<::planus::Offset<str>>,
            T2: ::planus::WriteAsOptional<::planus::Offset<::core::primitive::str>>,
            T3: ::planus::WriteAsOptional<::planus::Offset<[u8]>>,
            T4: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Dependency>]>>,
        > ::planus::WriteAsOffset<Package> for PackageBuilder<(T0, T1, T2, T3, T4)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Package> {
                let (v0, v1, v2, v3, v4) = &self.0;
                Package::create(builder, v0, v1, v2, v3, v4)
            }
        }

        /// Reference to a deserialized [Package].
        #[derive(Copy, Clone)]
        pub struct PackageRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> PackageRef<'a> {
            /// Getter for the [`name` field](Package#structfield.name).
            #[inline]
            pub fn name(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(0, "Package", "name")
            }

            /// Getter for the [`version` field](Package#structfield.version).
            #[inline]
            pub fn version(&self) -> ::planus::Result<&'a ::core::primitive::str> {
                self.0.access_required(1, "Package", "version")
            }

            /// Getter for the [`source` field](Package#structfield.source).
            #[inline]
            pub fn source(
                &self,
            ) -> ::planus::Result<::core::option::Option<&'a ::core::primitive::str>> {
                self.0.access(2, "Package", "source")
            }

            /// Getter for the [`checksum` field](Package#structfield.checksum).
            #[inline]
            pub fn checksum(&self) -> ::planus::Result<::core::option::Option<&'a [u8]>> {
                self.0.access(3, "Package", "checksum")
            }

            /// Getter for the [`dependencies` field](Package#structfield.dependencies).
            #[inline]
            pub fn dependencies(
                &self,
            ) -> ::planus::Result<::planus::Vector<'a, ::planus::Result<self::DependencyRef<'a>>>>
            {
                self.0.access_required(4, "Package", "dependencies")
            }
        }

        impl<'a> ::core::fmt::Debug for PackageRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("PackageRef");
                f.field("name", &self.name());
                f.field("version", &self.version());
                if let ::core::option::Option::Some(field_source) = self.source().transpose() {
                    f.field("source", &field_source);
                }
                if let ::core::option::Option::Some(field_checksum) = self.checksum().transpose() {
                    f.field("checksum", &field_checksum);
                }
                f.field("dependencies", &self.dependencies());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<PackageRef<'a>> for Package {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: PackageRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    name: ::core::convert::Into::into(value.name()?),
                    version: ::core::convert::Into::into(value.version()?),
                    source: value.source()?.map(::core::convert::Into::into),
                    checksum: value.checksum()?.map(|v| v.to_vec()),
                    dependencies: value.dependencies()?.to_vec_result()?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for PackageRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for PackageRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[PackageRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<Package>> for Package {
            type Value = ::planus::Offset<Package>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<Package>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for PackageRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[PackageRef]", "read_as_root", 0)
                })
            }
        }

        /// The table `Lockfile` in the namespace `lockfile`
        ///
        /// Generated from these locations:
        /// * Table `Lockfile` in the file `lockfile.fbs:16`
        #[derive(
            Clone,
            Debug,
            PartialEq,
            PartialOrd,
            Eq,
            Ord,
            Hash,
            ::serde::Serialize,
            ::serde::Deserialize,
        )]
        pub struct Lockfile {
            /// The field `version` in the table `Lockfile`
            pub version: u32,
            /// The field `packages` in the table `Lockfile`
            pub packages: ::planus::alloc::vec::Vec<self::Package>,
        }

        #[allow(clippy::derivable_impls)]
        impl ::core::default::Default for Lockfile {
            fn default() -> Self {
                Self { version: 0, packages: ::core::default::Default::default() }
            }
        }

        impl Lockfile {
            /// Creates a [LockfileBuilder] for serializing an instance of this table.
            #[inline]
            pub fn builder() -> LockfileBuilder<()> {
                LockfileBuilder(())
            }

            #[allow(clippy::too_many_arguments)]
            pub fn create(
                builder: &mut ::planus::Builder,
                field_version: impl ::planus::WriteAsDefault<u32, u32>,
                field_packages: impl ::planus::WriteAs<
                    ::planus::Offset<[::planus::Offset<self::Package>]>,
                >,
            ) -> ::planus::Offset<Self> {
                let prepared_version = field_version.prepare(builder, &0);
                let prepared_packages = field_packages.prepare(builder);

                let mut table_writer: ::planus::table_writer::TableWriter<8> =
                    ::core::default::Default::default();
                if prepared_version.is_some() {
                    table_writer.write_entry::<u32>(0);
                }
                table_writer.write_entry::<::planus::Offset<[::planus::Offset<self::Package>]>>(1);

                unsafe {
                    table_writer.finish(builder, |object_writer| {
                        if let ::core::option::Option::Some(prepared_version) = prepared_version {
                            object_writer.write::<_, _, 4>(&prepared_version);
                        }
                        object_writer.write::<_, _, 4>(&prepared_packages);
                    });
                }
                builder.current_offset()
            }
        }

        impl ::planus::WriteAs<::planus::Offset<Lockfile>> for Lockfile {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Lockfile> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl ::planus::WriteAsOptional<::planus::Offset<Lockfile>> for Lockfile {
            type Prepared = ::planus::Offset<Self>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Lockfile>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl ::planus::WriteAsOffset<Lockfile> for Lockfile {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Lockfile> {
                Lockfile::create(builder, self.version, &self.packages)
            }
        }

        /// Builder for serializing an instance of the [Lockfile] type.
        ///
        /// Can be created using the [Lockfile::builder] method.
        #[derive(Debug)]
        #[must_use]
        pub struct LockfileBuilder<State>(State);

        impl LockfileBuilder<()> {
            /// Setter for the [`version` field](Lockfile#structfield.version).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn version<T0>(self, value: T0) -> LockfileBuilder<(T0,)>
            where
                T0: ::planus::WriteAsDefault<u32, u32>,
            {
                LockfileBuilder((value,))
            }

            /// Sets the [`version` field](Lockfile#structfield.version) to the default value.
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn version_as_default(self) -> LockfileBuilder<(::planus::DefaultValue,)> {
                self.version(::planus::DefaultValue)
            }
        }

        impl<T0> LockfileBuilder<(T0,)> {
            /// Setter for the [`packages` field](Lockfile#structfield.packages).
            #[inline]
            #[allow(clippy::type_complexity)]
            pub fn packages<T1>(self, value: T1) -> LockfileBuilder<(T0, T1)>
            where
                T1: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Package>]>>,
            {
                let (v0,) = self.0;
                LockfileBuilder((v0, value))
            }
        }

        impl<T0, T1> LockfileBuilder<(T0, T1)> {
            /// Finish writing the builder to get an [Offset](::planus::Offset) to a serialized [Lockfile].
            #[inline]
            pub fn finish(self, builder: &mut ::planus::Builder) -> ::planus::Offset<Lockfile>
            where
                Self: ::planus::WriteAsOffset<Lockfile>,
            {
                ::planus::WriteAsOffset::prepare(&self, builder)
            }
        }

        impl<
            T0: ::planus::WriteAsDefault<u32, u32>,
            T1: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Package>]>>,
        > ::planus::WriteAs<::planus::Offset<Lockfile>> for LockfileBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<Lockfile>;

            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Lockfile> {
                ::planus::WriteAsOffset::prepare(self, builder)
            }
        }

        impl<
            T0: ::planus::WriteAsDefault<u32, u32>,
            T1: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Package>]>>,
        > ::planus::WriteAsOptional<::planus::Offset<Lockfile>> for LockfileBuilder<(T0, T1)>
        {
            type Prepared = ::planus::Offset<Lockfile>;

            #[inline]
            fn prepare(
                &self,
                builder: &mut ::planus::Builder,
            ) -> ::core::option::Option<::planus::Offset<Lockfile>> {
                ::core::option::Option::Some(::planus::WriteAsOffset::prepare(self, builder))
            }
        }

        impl<
            T0: ::planus::WriteAsDefault<u32, u32>,
            T1: ::planus::WriteAs<::planus::Offset<[::planus::Offset<self::Package>]>>,
        > ::planus::WriteAsOffset<Lockfile> for LockfileBuilder<(T0, T1)>
        {
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> ::planus::Offset<Lockfile> {
                let (v0, v1) = &self.0;
                Lockfile::create(builder, v0, v1)
            }
        }

        /// Reference to a deserialized [Lockfile].
        #[derive(Copy, Clone)]
        pub struct LockfileRef<'a>(#[allow(dead_code)] ::planus::table_reader::Table<'a>);

        impl<'a> LockfileRef<'a> {
            /// Getter for the [`version` field](Lockfile#structfield.version).
            #[inline]
            pub fn version(&self) -> ::planus::Result<u32> {
                ::core::result::Result::Ok(self.0.access(0, "Lockfile", "version")?.unwrap_or(0))
            }

            /// Getter for the [`packages` field](Lockfile#structfield.packages).
            #[inline]
            pub fn packages(
                &self,
            ) -> ::planus::Result<::planus::Vector<'a, ::planus::Result<self::PackageRef<'a>>>>
            {
                self.0.access_required(1, "Lockfile", "packages")
            }
        }

        impl<'a> ::core::fmt::Debug for LockfileRef<'a> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let mut f = f.debug_struct("LockfileRef");
                f.field("version", &self.version());
                f.field("packages", &self.packages());
                f.finish()
            }
        }

        impl<'a> ::core::convert::TryFrom<LockfileRef<'a>> for Lockfile {
            type Error = ::planus::Error;

            #[allow(unreachable_code)]
            fn try_from(value: LockfileRef<'a>) -> ::planus::Result<Self> {
                ::core::result::Result::Ok(Self {
                    version: ::core::convert::TryInto::try_into(value.version()?)?,
                    packages: value.packages()?.to_vec_result()?,
                })
            }
        }

        impl<'a> ::planus::TableRead<'a> for LockfileRef<'a> {
            #[inline]
            fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::core::result::Result<Self, ::planus::errors::ErrorKind> {
                ::core::result::Result::Ok(Self(::planus::table_reader::Table::from_buffer(
                    buffer, offset,
                )?))
            }
        }

        impl<'a> ::planus::VectorReadInner<'a> for LockfileRef<'a> {
            type Error = ::planus::Error;
            const STRIDE: usize = 4;

            unsafe fn from_buffer(
                buffer: ::planus::SliceWithStartOffset<'a>,
                offset: usize,
            ) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(buffer, offset).map_err(|error_kind| {
                    error_kind.with_error_location("[LockfileRef]", "get", buffer.offset_from_start)
                })
            }
        }

        /// # Safety
        /// The planus compiler generates implementations that initialize
        /// the bytes in `write_values`.
        unsafe impl ::planus::VectorWrite<::planus::Offset<Lockfile>> for Lockfile {
            type Value = ::planus::Offset<Lockfile>;
            const STRIDE: usize = 4;
            #[inline]
            fn prepare(&self, builder: &mut ::planus::Builder) -> Self::Value {
                ::planus::WriteAs::prepare(self, builder)
            }

            #[inline]
            unsafe fn write_values(
                values: &[::planus::Offset<Lockfile>],
                bytes: *mut ::core::mem::MaybeUninit<u8>,
                buffer_position: u32,
            ) {
                let bytes = bytes as *mut [::core::mem::MaybeUninit<u8>; 4];
                for (i, v) in ::core::iter::Iterator::enumerate(values.iter()) {
                    ::planus::WriteAsPrimitive::write(
                        v,
                        ::planus::Cursor::new(unsafe { &mut *bytes.add(i) }),
                        buffer_position - (Self::STRIDE * i) as u32,
                    );
                }
            }
        }

        impl<'a> ::planus::ReadAsRoot<'a> for LockfileRef<'a> {
            fn read_as_root(slice: &'a [u8]) -> ::planus::Result<Self> {
                ::planus::TableRead::from_buffer(
                    ::planus::SliceWithStartOffset { buffer: slice, offset_from_start: 0 },
                    0,
                )
                .map_err(|error_kind| {
                    error_kind.with_error_location("[LockfileRef]", "read_as_root", 0)
                })
            }
        }
    }
}
