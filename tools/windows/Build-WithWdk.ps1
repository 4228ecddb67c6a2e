# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
<#
.SYNOPSIS
Compiles the driver's sources with Microsoft's compiler and the real headers, for x64 and ARM64, at warning level 4.
.DESCRIPTION
Takes Visual Studio's C tools and the kit as NuGet packages, which need no installation. Nothing of this is shipped: it shows
that the sources say the same to Microsoft's headers as to nt/. gen/brand.h is made by Git's bash.
#>
param([string] $Version = '10.0.26100.2454')
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$root = Resolve-Path (Join-Path $PSScriptRoot '..\..')
Set-Location $root
New-Item -ItemType Directory -Force build\gen, build\wdk | Out-Null

$bash = "$env:ProgramFiles\Git\bin\bash.exe"
& $bash -c 'set -a; eval "$(sed -n "s/^\([A-Z_]*\) := \(.*\)/\1=\x27\2\x27/p" brand.mk)"; tools/brand.sh >build/gen/brand.h'
if ($LASTEXITCODE) { throw 'brand.h could not be made' }

foreach ($package in 'Microsoft.Windows.WDK.x64', 'Microsoft.Windows.WDK.ARM64', 'Microsoft.Windows.SDK.CPP') {
    & nuget install $package -Version $Version -OutputDirectory build\kits | Out-Null
    if ($LASTEXITCODE) { throw "$package $Version cannot be had" }
}
$vswhere = "${env:ProgramFiles(x86)}\Microsoft Visual Studio\Installer\vswhere.exe"
$studio = & $vswhere -latest -property installationPath
foreach ($machine in @(@('x64', '_AMD64_', 'WDK.x64'), @('arm64', '_ARM64_', 'WDK.ARM64'))) {
    $include = Get-ChildItem "build\kits\*$($machine[2])*\c\Include\*" -Directory | Select-Object -Last 1
    if (-not $include) { throw "no headers for $($machine[0])" }
    $arguments = @('/nologo', '/c', '/kernel', '/W4', '/WX', '/std:c11', '/Zc:preprocessor', '/wd4201', '/wd4324', "/D$($machine[1])", '/DNTDDI_VERSION=0x0A000006',
        '/D_WIN32_WINNT=0x0A00', '/DNDIS_MINIPORT_DRIVER', '/DNDIS682_MINIPORT=1', '/Itools\windows\wdk', "/I$include\km", "/I$include\shared", '/I.', '/Ibuild', '/Fobuild\wdk\')
    $sources = (Get-ChildItem driver\*.c | ForEach-Object { "driver\$($_.Name)" }) -join ' '
    cmd /c "`"$studio\VC\Auxiliary\Build\vcvarsall.bat`" $(if ($machine[0] -eq 'x64') { 'x64' } else { 'x64_arm64' }) >nul && cl $($arguments -join ' ') $sources"
    if ($LASTEXITCODE) { throw "the driver does not compile for $($machine[0])" }
}
Write-Host 'The driver compiles with the WDK for x64 and ARM64.'
