// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.Versioning;

namespace FastLedger.Cryptography.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class SigningKeyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fastledger-keys-").FullName;

    public void Dispose() => Directory.Delete(_directory, true);

    /// <summary>RFC 8032, section 7.1: seed, public key, message, signature.</summary>
    public static TheoryData<string, string, string, string> Rfc8032() => new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
    };

    [Theory]
    [MemberData(nameof(Rfc8032))]
    public void The_vectors_of_RFC_8032_hold(string seed, string publicKey, string message, string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        using SigningKey key = SigningKey.FromSeed(Convert.FromHexString(seed));
        Assert.Equal(publicKey, key.PublicKey.ToString());
        byte[] bytes = Convert.FromHexString(message), signed = new byte[64];
        key.Sign(bytes, signed);
        Assert.Equal(signature, Convert.ToHexStringLower(signed));
        Assert.True(Ed25519.Verify(key.PublicKey.Bytes, bytes, signed));
        signed[63] ^= 1;
        Assert.False(Ed25519.Verify(key.PublicKey.Bytes, bytes, signed));
    }

    [Fact]
    public void Keys_and_signatures_of_another_length_are_refused()
    {
        using SigningKey key = SigningKey.Generate();
        byte[] signature = new byte[64];
        key.Sign("x"u8, signature);
        Assert.True(Ed25519.Verify(key.PublicKey.Bytes, "x"u8, signature));
        Assert.False(Ed25519.Verify(key.PublicKey.Bytes[..31], "x"u8, signature));
        Assert.False(Ed25519.Verify(key.PublicKey.Bytes, "x"u8, signature.AsSpan(0, 63)));
    }

    [Fact]
    public void A_disposed_key_cannot_sign()
    {
        SigningKey key = SigningKey.Generate();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign("x"u8, new byte[64]));
    }

    [Fact]
    public void A_key_file_gives_the_key_back_and_is_readable_by_its_owner_alone()
    {
        string path = Path.Combine(_directory, "key");
        using SigningKey written = KeyFile.Generate(path);
        using SigningKey read = KeyFile.Read(path);
        Assert.Equal(written.PublicKey, read.PublicKey);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        byte[] signature = new byte[64];
        read.Sign("m"u8, signature);
        Assert.True(Ed25519.Verify(written.PublicKey.Bytes, "m"u8, signature));
    }

    [Fact]
    public void A_key_file_is_never_overwritten()
    {
        string path = Path.Combine(_directory, "key");
        KeyFile.Generate(path).Dispose();
        Assert.Throws<IOException>(() => KeyFile.Generate(path));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.UserExecute)]
    public void A_key_file_that_others_may_touch_is_refused(UnixFileMode extra)
    {
        string path = Path.Combine(_directory, "key");
        KeyFile.Generate(path).Dispose();
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | extra);
        Assert.Throws<UnauthorizedAccessException>(() => KeyFile.Read(path));
    }

    [Fact]
    public void A_damaged_key_file_is_refused_wherever_the_damage_is()
    {
        string path = Path.Combine(_directory, "key");
        KeyFile.Generate(path).Dispose();
        byte[] good = File.ReadAllBytes(path);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = (byte[])good.Clone();
            bad[i] = bad[i] == (byte)'0' ? (byte)'1' : (byte)'0';
            File.WriteAllBytes(path, bad);
            Assert.Throws<InvalidDataException>(() => KeyFile.Read(path));
        }

        File.WriteAllBytes(path, good[..^1]);
        Assert.Throws<InvalidDataException>(() => KeyFile.Read(path));
    }
}
