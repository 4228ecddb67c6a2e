# SPDX-FileCopyrightText: 2026 The Warren Authors
# SPDX-License-Identifier: MIT
#
# What the steps of Test-Warren.ps1 share. For Windows PowerShell 5.1, which every Windows 10 has.
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$RuleName = 'Warren self-test'

function Assert-Administrator {
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object Security.Principal.WindowsPrincipal $identity
    if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw 'This takes a PowerShell that was started as administrator.'
    }
}

# The release's files, or an error that names what is missing.
function Get-Release([string] $Folder) {
    $release = [ordered]@{}
    $files = @{
        Program = 'bin\warren.exe'; Library = 'bin\warren.dll'; Inf = 'driver\warren.inf'; Driver = 'driver\warren.sys'
        Catalog = 'driver\warren.cat'; Root = 'certificates\root.cer'; Publisher = 'certificates\publisher.cer'
    }
    foreach ($name in $files.Keys) {
        $path = Join-Path $Folder $files[$name]
        if (-not (Test-Path -LiteralPath $path -PathType Leaf)) {
            throw "$path is missing: this wants the folder of one machine of a release made by './run dist --test-sign'."
        }
        $release[$name] = (Resolve-Path -LiteralPath $path).Path
    }
    $release
}

# Runs a program, writes all it says to the screen and to a file of the report, and returns its exit code.
function Invoke-Logged([string] $Report, [string] $Name, [string] $Program, [string[]] $Arguments) {
    Write-Host "== $Program $Arguments"
    # Windows PowerShell makes errors of what a program says on standard error.
    $before = $ErrorActionPreference
    $ErrorActionPreference = 'Continue'
    try {
        & $Program @Arguments 2>&1 | ForEach-Object { "$_" } | Tee-Object -FilePath (Join-Path $Report "$Name.txt") | Out-Host
        $code = $LASTEXITCODE
    } finally {
        $ErrorActionPreference = $before
    }
    Add-Content -LiteralPath (Join-Path $Report "$Name.txt") -Value "exit code $code"
    $code
}

# The same for a program that must not fail.
function Invoke-Checked([string] $Program, [string[]] $Arguments) {
    Write-Host "== $Program $Arguments"
    & $Program @Arguments | Out-Host
    if ($LASTEXITCODE -ne 0) { throw "$Program ended with exit code $LASTEXITCODE" }
}

function Test-TestSigning {
    [bool](& bcdedit.exe /enum '{current}' | Select-String -Pattern '^testsigning\s+Yes')
}
