// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using FastLedger.Primitives;

namespace FastLedger.Cryptography;

/// <summary>
/// A signing key on disk: one line of text, <c>fastledger-ed25519</c>, the public key and the seed in hexadecimal, readable by its owner
/// alone.
/// </summary>
/// <remarks>Thread: any. Alloc: yes; the secret passes only through memory that is zeroed. Blocks: on the disk.</remarks>
public static unsafe class KeyFile
{
    private const int HexSize = 2 * SigningKey.SeedSize;
    private const int PublicOffset = 19;
    private const int SeedOffset = PublicOffset + HexSize + 1;
    private const int FileSize = SeedOffset + HexSize + 1;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static ReadOnlySpan<byte> Prefix => "fastledger-ed25519 "u8;

    /// <summary>Makes a new key and writes it to a new file with permission 0600, durably.</summary>
    /// <exception cref="IOException">The file exists already, or cannot be written.</exception>
    public static SigningKey Generate(string path)
    {
        SigningKey key = SigningKey.Generate();
        try
        {
            Write(path, key);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Writes a key to a new file with permission 0600, durably.</summary>
    /// <exception cref="IOException">The file exists already, or cannot be written.</exception>
    public static void Write(string path, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using SecretMemory text = new(FileSize + 1); // the last zero byte is libsodium's
        Span<byte> line = new(text.Pointer, FileSize);
        Prefix.CopyTo(line);
        fixed (byte* publicKey = key.PublicKey.Bytes) LibSodium.ToHex(text.Pointer + PublicOffset, HexSize + 1, publicKey, SigningKey.SeedSize);
        line[SeedOffset - 1] = (byte)' ';
        LibSodium.ToHex(text.Pointer + SeedOffset, HexSize + 1, key.Seed, SigningKey.SeedSize);
        line[FileSize - 1] = (byte)'\n';
        using FileStream file = new(path, options);
        file.Write(line);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Reads a key.</summary>
    /// <exception cref="UnauthorizedAccessException">Others than the owner have any permission on the file.</exception>
    /// <exception cref="InvalidDataException">The file is no key file, or its two keys do not belong together.</exception>
    public static SigningKey Read(string path)
    {
        using FileStream file = new(path, new FileStreamOptions { BufferSize = 0 });
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & ~OwnerOnly) != 0)
            throw new UnauthorizedAccessException($"{path} holds a secret: its permission must be 0600 (chmod 600 {path})");
        using SecretMemory text = new(FileSize);
        using SecretMemory seed = new(SigningKey.SeedSize);
        Span<byte> line = new(text.Pointer, FileSize);
        if (file.Length != FileSize || file.ReadAtLeast(line, FileSize, throwOnEndOfStream: false) != FileSize) throw NotAKeyFile(path);
        bool wellFormed = line.StartsWith(Prefix) && line[SeedOffset - 1] == ' ' && line[FileSize - 1] == '\n';
        byte* publicKey = stackalloc byte[Ed25519.PublicKeySize];
        if (!wellFormed || !TryDecode(text.Pointer + PublicOffset, publicKey) || !TryDecode(text.Pointer + SeedOffset, seed.Pointer))
            throw NotAKeyFile(path);
        SigningKey key = SigningKey.FromSeed(new ReadOnlySpan<byte>(seed.Pointer, SigningKey.SeedSize));
        if (key.PublicKey == new Hash256(new ReadOnlySpan<byte>(publicKey, Ed25519.PublicKeySize))) return key;
        key.Dispose();
        throw NotAKeyFile(path);
    }

    private static bool TryDecode(byte* hex, byte* output)
    {
        nuint written;
        return LibSodium.FromHex(output, SigningKey.SeedSize, hex, HexSize, null, &written, null) == 0 && written == SigningKey.SeedSize;
    }

    private static InvalidDataException NotAKeyFile(string path) => new($"{path} is not a FastLedger key file");
}
